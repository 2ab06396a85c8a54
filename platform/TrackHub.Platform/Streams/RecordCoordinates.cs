using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace TrackHub.Platform.Streams;

/// <summary>Where a record lies in the log. As text <c>topic/partition/offset</c>, the form of a receipt.</summary>
/// <param name="Topic">Topic name.</param>
/// <param name="Partition">Partition, from 0.</param>
/// <param name="Offset">Offset, from 0.</param>
public readonly record struct RecordCoordinates(string Topic, int Partition, long Offset)
{
    /// <summary>Reads <c>topic/partition/offset</c>; false for anything else, negative numbers included.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RecordCoordinates coordinates)
    {
        coordinates = default;
        if (text?.Split('/') is not [{ Length: > 0 } topic, var partitionText, var offsetText]
            || !int.TryParse(partitionText, NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            || !long.TryParse(offsetText, NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            return false;

        coordinates = new(topic, partition, offset);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Topic}/{Partition}/{Offset}");
}
