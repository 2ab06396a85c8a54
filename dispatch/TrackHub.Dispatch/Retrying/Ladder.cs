using TrackHub.Schemas;

namespace TrackHub.Dispatch.Retrying;

/// <summary>The retry ladder: six attempts, with 1, 2, 4, 8 and 16 s between them, each lengthened by up to a quarter.</summary>
internal static class Ladder
{
    /// <summary>Attempts of one ladder.</summary>
    public static int Attempts => Topics.CapiRetries.Count + 1;

    /// <summary>Whether a failed attempt on this rung was the ladder's last.</summary>
    /// <param name="step">Rung of the attempt, 0 for the first.</param>
    public static bool IsLast(int step) => step >= Topics.CapiRetries.Count;

    /// <summary>The delay topic that leads to a rung.</summary>
    /// <param name="step">Rung of the attempt to come, 1 to 5.</param>
    public static TopicDefinition TopicTo(int step) => Topics.CapiRetries[step - 1];
}
