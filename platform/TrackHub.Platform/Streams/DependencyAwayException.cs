namespace TrackHub.Platform.Streams;

/// <summary>A dependency does not answer or refuses all work for now: keep the batch, wait, try again.</summary>
public sealed class DependencyAwayException(string dependency, Exception? innerException)
    : Exception($"{dependency} is away.", innerException)
{
    /// <summary>Which: postgres, redis, kafka, schema_registry …</summary>
    public string Dependency { get; } = dependency;
}
