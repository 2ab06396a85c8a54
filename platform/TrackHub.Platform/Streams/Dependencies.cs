using System.Diagnostics.CodeAnalysis;

namespace TrackHub.Platform.Streams;

/// <summary>Tells a lost dependency from a bug.</summary>
public static class Dependencies
{
    /// <summary>True if the exception says that a dependency is away for now.</summary>
    public static bool IsAway(Exception exception) => IsAway(exception, out _);

    /// <summary>True if the exception says that a dependency is away for now, and which one.</summary>
    public static bool IsAway(Exception exception, [NotNullWhen(true)] out string? dependency) => throw new NotSupportedException("Comes with the next commit.");
}
