using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Records;
using TrackHub.LocalKafka.Records.Codecs;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Records;

/// <summary>Formats that other programs write, and libraries that are not there.</summary>
public sealed class RecordCodecsTests
{
    /// <summary>"hello hello hello hello" by gzip(1), by hand from snappy's format description, bare and framed, by lz4(1) and zstd(1).</summary>
    [Theory]
    [InlineData(1, "H4sIAAAAAAAAA8tIzcnJV8hAJwHjUT2NFwAAAA==")]
    [InlineData(2, "FxRoZWxsbyBCBgA=")]
    [InlineData(2, "glNOQVBQWQAAAAABAAAAAQAAAAsXFGhlbGxvIEIGAA==")]
    [InlineData(3, "BCJNGGRApw8AAABoaGVsbG8gBgBQaGVsbG8AAAAA8muUCw==")]
    [InlineData(4, "KLUv/QRYZQAAMGhlbGxvIAEAmUsRF16uDQ==")]
    public void A_stream_of_another_program_is_read(int codec, string base64)
    {
        using var read = new PooledBytes();

        TestBatch.Codecs.Decompress(codec, Convert.FromBase64String(base64), read).ShouldBe(BatchFault.None);

        Encoding.ASCII.GetString(read.Written).ShouldBe("hello hello hello hello");
    }

    [Fact]
    public void A_missing_library_is_logged_once_with_its_package_and_its_batches_are_opaque()
    {
        var logger = new LinesLogger();
        var codecs = new RecordCodecs(logger, [new GzipCodec(), new MissingCodec()]);
        var batch = TestBatch.Encode([new TestRecord("key", "value")], codec: 2);
        BatchHeader.TryRead(batch, out var header).ShouldBeTrue();
        using var reader = new BatchReader(codecs);

        reader.Read(batch, header, out _).ShouldBe(BatchFault.CodecMissing);
        reader.Read(batch, header, out _).ShouldBe(BatchFault.CodecMissing);

        logger.Lines.ShouldHaveSingleItem().ShouldContain("apt-get install libnowhere1");
        KeyRule.Check(batch, header, codecs).ShouldBe(ErrorCode.UnsupportedCompressionType);
    }

    private sealed class MissingCodec : IRecordCodec
    {
        public string Package => "libnowhere1";

        public BatchFault Decompress(ReadOnlyMemory<byte> source, PooledBytes destination, int limit) =>
            Decompress() == 0 ? BatchFault.None : BatchFault.Malformed;

        public void Compress(ReadOnlyMemory<byte> source, PooledBytes destination) => throw new DllNotFoundException();

        [DllImport("libnowhere.so.1", EntryPoint = "nowhere_uncompress")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int Decompress();
    }

    private sealed class LinesLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
