#if SentencePiece
  internal import CSentencePiece

  /// Cuts text into the pieces of a SentencePiece model (Kudo and Richardson 2018), as models of OPUS-MT need them; `▁`
  /// stands for a space.
  ///
  /// Pieces and text are those of SentencePiece itself, whose library does the work: this type is there if the package's
  /// trait `SentencePiece` is on, which needs libsentencepiece-dev. It can be used from several threads.
  public struct SentencePieceTokenizer: Tokenizer {
    /// What the model's file holds.
    public let contents: [UInt8]
    private let model: Model

    /// Reads a model, such as `source.spm`.
    public init(contentsOf path: String) throws(TextFileError) {
      let text = try TextBytes(path)
      let contents = withExtendedLifetime(text) { [UInt8](text.bytes) }
      try self.init(contents, file: TextFile.displayName(of: path))
    }

    /// The model of a file's contents.
    ///
    /// - Parameter file: what messages call it.
    public init(_ contents: [UInt8], file: String) throws(TextFileError) {
      self.contents = contents
      var reason = ""
      let pointer = Self.collecting({ reason = $0 }) { sink, context in
        csp_parse(contents, contents.count, sink, context)
      }
      guard let pointer else {
        throw TextFileError(file: file, problem: .sentencePieces(reason: reason))
      }
      model = Model(pointer: pointer)
    }

    /// The pieces of a text.
    public func encode(_ text: String) -> [String] {
      var pieces: [String] = []
      let bytes = Array(text.utf8)
      Self.collecting({ pieces.append($0) }) { sink, context in
        bytes.withUnsafeBytes {
          csp_encode(
            model.pointer, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count, sink,
            context)
        }
      }
      return pieces
    }

    /// The text of pieces.
    public func decode(_ tokens: [String]) -> String {
      var text = ""
      let bytes = tokens.flatMap { Array($0.utf8) }
      let counts = tokens.map(\.utf8.count)
      Self.collecting({ text = $0 }) { sink, context in
        bytes.withUnsafeBytes {
          csp_decode(
            model.pointer, $0.baseAddress?.assumingMemoryBound(to: CChar.self), counts,
            counts.count, sink, context)
        }
      }
      return text
    }

    /// Calls a function of the library that gives strings.
    private static func collecting<Result>(
      _ take: (String) -> Void, _ body: (csp_sink, UnsafeMutableRawPointer) -> Result
    ) -> Result {
      withoutActuallyEscaping(take) { take in
        var collector = Collector(take: take)
        return withUnsafeMutablePointer(to: &collector) { pointer in
          body(
            { context, bytes, count in
              guard let context, let bytes else { return }
              let text = String(
                decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
              context.assumingMemoryBound(to: Collector.self).pointee.take(text)
            }, pointer)
        }
      }
    }

    private struct Collector { let take: (String) -> Void }

    /// The library's object. It does not change once it is made.
    private final class Model: @unchecked Sendable {
      let pointer: OpaquePointer
      init(pointer: OpaquePointer) { self.pointer = pointer }
      deinit { csp_free(pointer) }
    }
  }
#endif
