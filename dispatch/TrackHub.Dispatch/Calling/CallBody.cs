using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Verdicts;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Dispatch.Calling;

/// <summary>The body of a call and which events it holds.</summary>
/// <param name="Events">Events in the body, from 0.</param>
/// <param name="Refused">Events that Meta would refuse, and why.</param>
/// <param name="Body">JSON; empty without events.</param>
internal sealed record PreparedCall(IReadOnlyList<ClaimedEvent> Events, IReadOnlyList<(ClaimedEvent Event, Ruling Ruling)> Refused, ReadOnlyMemory<byte> Body);

/// <summary>Opens the user data of claimed events and writes the body, at the last moment before the call: clear data lives no longer than that.</summary>
internal sealed class CallBody(Sealer sealer, TenantDirectory directory, IOptions<DispatchOptions> options, TimeProvider clock)
{
    /// <summary>Whether a body is longer than a call may be: its events must go in two.</summary>
    public bool IsTooLong(PreparedCall call) => call.Body.Length > options.Value.MaxBatchBytes;

    /// <summary>Prepares a call.</summary>
    public PreparedCall Prepare(Pixel pixel, IReadOnlyList<ClaimedEvent> claimed)
    {
        var tenantId = directory.Current.Brand(pixel.BrandId)?.TenantId;
        var now = clock.GetUtcNow();
        var sent = new List<ClaimedEvent>(claimed.Count);
        var opened = new List<(DispatchReady, UserData)>(claimed.Count);
        var refused = new List<(ClaimedEvent, Ruling)>();
        foreach (var e in claimed)
        {
            if (Open(tenantId, e.Event.Ready.UserData, out var userData) is { } reason)
            {
                refused.Add((e, new(Verdict.Dead, reason)));
                continue;
            }

            sent.Add(e);
            opened.Add((e.Event.Ready, userData));
        }

        return new(sent, refused, sent.Count == 0 ? default : EventPayload.Write(opened, pixel.TestEventCode, pixel.LimitedDataUse, now));
    }

    /// <summary>Opens user data; returns why the event cannot go without it, or null.</summary>
    private string? Open(string? tenantId, SealedBox? box, out UserData userData)
    {
        userData = new();
        if (box is null || tenantId is null)
            return "user_data_missing";
        try
        {
            userData = SendableUserData.Of(sealer.OpenUserData(tenantId, box));
            return UserDataBaseline.IsEnough(userData) ? null : "user_data_insufficient";
        }
        catch (KeyGoneException)
        {
            return "key_gone";
        }
        catch (Exception failure) when (failure is CryptographicException or AvroFormatException)
        {
            return "user_data_unreadable";
        }
    }
}
