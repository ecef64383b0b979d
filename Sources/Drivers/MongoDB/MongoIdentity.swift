internal import ConnectCore

extension ServerIdentity {
  /// Product and version by the answer to buildInfo, and by the names of hosted services' servers, which say no more
  /// than MongoDB would; nil: the answer names no version.
  init?(mongo answer: BSONDocument, host: String) {
    guard let version = answer.string("version"), !version.isEmpty else { return nil }
    let host = host.lowercased()
    func ends(_ suffixes: String...) -> Bool { suffixes.contains { host.hasSuffix($0) } }
    if let ferret = answer.string("ferretdbVersion") ?? answer.document("ferretdb")?.string("version") {
      self.init(product: "FerretDB", version: ferret.hasPrefix("v") ? String(ferret.dropFirst()) : ferret)
    } else if ends(".docdb.amazonaws.com", ".docdb-elastic.amazonaws.com", ".docdb.amazonaws.com.cn") {
      self.init(product: "Amazon DocumentDB", version: version)
    } else if ends(".cosmos.azure.com", ".cosmos.azure.cn", ".cosmos.azure.us") || answer["_t"] != nil {
      self.init(product: "Azure Cosmos DB for MongoDB", version: version)
    } else if answer["dataLake"] != nil {
      self.init(product: "MongoDB Atlas Data Federation", version: version)
    } else if ends(".mongodb.net") {
      self.init(product: "MongoDB Atlas", version: version)
    } else {
      let modules = answer.array("modules") ?? []
      self.init(
        product: modules.contains(.string("enterprise")) ? "MongoDB Enterprise" : "MongoDB", version: version)
    }
  }
}
