namespace TrackHub.LocalKafka.Records;

/// <summary>Why nobody can look into a batch. It is stored and served all the same: then it is opaque.</summary>
internal enum BatchFault
{
    None,

    /// <summary>Its codec's library is not installed; the log names the package.</summary>
    CodecMissing,

    /// <summary>It would decompress to more than <see cref="RecordCodecs.MaxDecompressedBytes"/>.</summary>
    TooLarge,

    /// <summary>It is not what its head says: not of its codec, or not its number of records.</summary>
    Malformed,
}
