using TrackHub.Schemas;

namespace TrackHub.Dispatch.Retrying;

/// <summary>Where events wait whose lane is closed: an attempt is neither made nor counted.</summary>
internal static class Holds
{
    /// <summary>The delay topic for a lane that is closed so long yet: the long one only where nothing would be sent any sooner.</summary>
    public static TopicDefinition TopicFor(TimeSpan closedFor) => closedFor >= Topics.CapiHold5M.Delay ? Topics.CapiHold5M : Topics.CapiHold15S;
}
