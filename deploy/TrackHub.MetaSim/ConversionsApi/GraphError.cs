namespace TrackHub.MetaSim.ConversionsApi;

/// <summary>Texts for people; Meta localises them, so clients must not read them.</summary>
internal sealed record UserText(string Title, string Message, string PortugueseTitle, string PortugueseMessage);

/// <summary>A refusal as the Graph API words it. Source of the shape: Graph API "Handle errors".</summary>
/// <param name="Status">HTTP status; Meta gives no contract on it.</param>
/// <param name="Code">Error code; always present.</param>
/// <param name="Message">Developer text; always present.</param>
internal sealed record GraphError(int Status, int Code, string Message)
{
    /// <summary>Narrows <see cref="Code"/>; absent on many errors.</summary>
    public int? Subcode { get; init; }

    /// <summary>Whether the same request may succeed later; absent on many errors.</summary>
    public bool? IsTransient { get; init; }

    /// <summary>Family of the error; <c>OAuthException</c> even for throttling and payload errors.</summary>
    public string Type { get; init; } = "OAuthException";

    /// <summary>Localised texts; absent on many errors.</summary>
    public UserText? User { get; init; }
}
