/// What a test has to say, before it is rendered.
package struct Report: Sendable {
  package init(of test: ConnectionTest, observation: Observation, diagnosis: Diagnosis?, elapsed: Duration) {}
}
