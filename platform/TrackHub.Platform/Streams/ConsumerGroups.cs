namespace TrackHub.Platform.Streams;

/// <summary>The groups that carry events on. Who judges how far an event came asks for their offsets by these names.</summary>
public static class ConsumerGroups
{
    /// <summary>Sales, new and waiting.</summary>
    public const string Matcher = "matcher";

    /// <summary>Browser events.</summary>
    public const string MatcherClicks = "matcher-clicks";

    /// <summary>Everything on its way to Meta.</summary>
    public const string Dispatcher = "dispatcher";
}
