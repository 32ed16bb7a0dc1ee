enum BLASCore { static func prepare() {} }
