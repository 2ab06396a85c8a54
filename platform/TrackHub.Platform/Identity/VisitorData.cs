using System.Net;

namespace TrackHub.Platform.Identity;

/// <summary>
/// What an event says of its visitor, in clear, where it was read: device and cookies as spans, because every click has them, and whatever else is known. Its
/// device and cookies count, not those of <see cref="Known"/>.
/// </summary>
public readonly ref struct VisitorData
{
    /// <summary>The visitor's address as text, never a gateway's server.</summary>
    public ReadOnlySpan<char> Ip { get; init; }

    /// <summary>The visitor's address as the connection has it, in place of <see cref="Ip"/>.</summary>
    public IPAddress? Peer { get; init; }

    /// <inheritdoc cref="PersonData.UserAgent"/>
    public ReadOnlySpan<char> UserAgent { get; init; }

    /// <inheritdoc cref="PersonData.Fbc"/>
    public ReadOnlySpan<char> Fbc { get; init; }

    /// <inheritdoc cref="PersonData.Fbp"/>
    public ReadOnlySpan<char> Fbp { get; init; }

    /// <inheritdoc cref="PersonData.Fbclid"/>
    public ReadOnlySpan<char> Fbclid { get; init; }

    /// <inheritdoc cref="PersonData.FbclidSeenAt"/>
    public DateTimeOffset? FbclidSeenAt { get; init; }

    /// <summary>Contact, name, place and ids; null for most clicks, which tell none.</summary>
    public PersonData? Known { get; init; }

    /// <summary>Nothing of the visitor.</summary>
    public override string ToString() => "***";
}
