using System.Buffers;

namespace TrackHub.Schemas.Tests.Resolution;

/// <summary>What tests of resolution share.</summary>
internal static class Resolving
{
    /// <summary>Bytes of the reader's schema for bytes of the writer's.</summary>
    public static byte[] Turn(this SchemaResolution resolution, ReadOnlySpan<byte> written)
    {
        var sink = new ArrayBufferWriter<byte>();
        var reader = new AvroReader(written);
        var writer = new AvroWriter(sink);
        resolution.Turn(ref reader, ref writer);
        reader.End();
        writer.Flush();
        return sink.WrittenSpan.ToArray();
    }

    /// <summary>A record <c>n.R</c> of these fields.</summary>
    public static string Record(string fields) => $$"""{"type":"record","name":"R","namespace":"n","fields":[{{fields}}]}""";
}
