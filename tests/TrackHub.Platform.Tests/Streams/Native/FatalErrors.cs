using System.Runtime.InteropServices;
using Confluent.Kafka;
using TrackHub.Platform.Streams.Native;

namespace TrackHub.Platform.Tests.Streams.Native;

/// <summary>Fatal errors of a client, which librdkafka raises for tests of applications.</summary>
internal static class FatalErrors
{
    // The file that is loaded: another variant of it may lie beside and not load here at all.
    static FatalErrors() => NativeLibrary.SetDllImportResolver(typeof(FatalErrors).Assembly, LibRdKafka.Resolve);

    /// <summary>Has a client meet a fatal error.</summary>
    public static void Raise(NativeProducer producer) =>
        Raise(producer.Handle.DangerousGetHandle(), ErrorCode.OutOfOrderSequenceNumber, "for the test").ShouldBe(ErrorCode.NoError);

    [DllImport(LibRdKafka.Name, EntryPoint = "rd_kafka_test_fatal_error")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern ErrorCode Raise(nint client, ErrorCode error, [MarshalAs(UnmanagedType.LPUTF8Str)] string reason);
}
