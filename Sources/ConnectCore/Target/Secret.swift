/// A password or pass phrase. It prints as `***`; only what hands it to a driver asks for `exposed`.
///
/// It is Codable because a test runs in a worker process too, which gets it over a pipe; nothing that is
/// printed contains one.
package struct Secret: Codable, Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The secret itself.
  package let exposed: String

  package init(_ text: String) { exposed = text }

  package var description: String { "***" }
  package var debugDescription: String { "***" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
