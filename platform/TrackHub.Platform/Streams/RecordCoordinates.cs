using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace TrackHub.Platform.Streams;

/// <summary>Where a record lies in the log. As text <c>topic/partition/offset</c>, the form of a receipt.</summary>
/// <param name="Topic">Topic name.</param>
/// <param name="Partition">Partition, from 0.</param>
/// <param name="Offset">Offset, from 0; below 0 if the log took the record and did not tell where: it had stored a batch that was sent again some batches before.</param>
public readonly record struct RecordCoordinates(string Topic, int Partition, long Offset)
{
    /// <summary>Whether the offset is known.</summary>
    public bool IsKnown => Offset >= 0;

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
