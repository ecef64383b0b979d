import Testing

@testable import MySQLDriver

@Suite struct CachingSHA2Tests {
  /// The expected values are Python's: with p = sha256(password), p XOR sha256(sha256(p) + nonce) by hashlib.
  @Test(
    arguments: [
      (
        "s3cret-Pa55", Array("abcdefghIJKLMNOPQRST".utf8),
        "c78c170f990fba7fc50f96f5a46053007f85372dc363e5543f95dd6935551983"
      ),
      (
        "pässwörd", Array(1...20),
        "8526563d365f5cb2cf44b162e5251a5cc348e1a1afeec271669611d0fdac23f7"
      ),
    ] as [(String, [UInt8], String)])
  func scramble(password: String, nonce: [UInt8], expected: String) {
    let scramble = CachingSHA2.scramble(password: Array(password.utf8), nonce: nonce)
    let digits = scramble.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    #expect(digits.joined() == expected)
  }
}
