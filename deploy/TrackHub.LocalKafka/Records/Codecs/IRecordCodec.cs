namespace TrackHub.LocalKafka.Records.Codecs;

/// <summary>One compression of record batches. Thread-safe.</summary>
internal interface IRecordCodec
{
    /// <summary>Debian's package with the library it calls, or null for one that .NET has.</summary>
    string? Package { get; }

    /// <summary>Decompresses all of <paramref name="source"/> to the end of <paramref name="destination"/>.</summary>
    /// <param name="limit">Most bytes that may come out.</param>
    /// <returns>None; TooLarge beyond the limit; Malformed for what is not of this format. Then the destination holds anything.</returns>
    /// <exception cref="DllNotFoundException">The library is not installed.</exception>
    BatchFault Decompress(ReadOnlyMemory<byte> source, PooledBytes destination, int limit);

    /// <summary>Compresses <paramref name="source"/> to the end of <paramref name="destination"/>, as any Kafka client reads it.</summary>
    /// <exception cref="DllNotFoundException">The library is not installed.</exception>
    void Compress(ReadOnlyMemory<byte> source, PooledBytes destination);
}
