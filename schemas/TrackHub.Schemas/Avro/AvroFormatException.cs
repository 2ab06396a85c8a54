using System.Diagnostics.CodeAnalysis;

namespace TrackHub.Schemas;

/// <summary>Bytes that are not what the schema says. The message names the place and the rule, never content.</summary>
public sealed class AvroFormatException(int position, string rule)
    : Exception($"Not Avro of the expected schema at byte {position}: {rule}.")
{
    /// <summary>Offset of the offending value in the encoded record.</summary>
    public int Position { get; } = position;

    [DoesNotReturn]
    internal static void Throw(int position, string rule) => throw new AvroFormatException(position, rule);
}
