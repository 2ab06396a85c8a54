using TrackHub.Platform.Money;
using TrackHub.Schemas;

namespace TrackHub.Dispatch.Calling;

/// <summary>What Meta asks of an event, user data apart: one that breaks a rule would take its whole batch down with it.</summary>
/// <remarks>
/// Sources: Conversions API, "Server event parameters" and "Standard parameters". Age and number of events are bounded by <see cref="RecordGates"/> and
/// <see cref="DispatchOptions"/>, user data by <see cref="SendableUserData"/>; keys Meta does not know cannot be written by <see cref="EventPayload"/>.
/// </remarks>
internal static class EventLimits
{
    private const string Website = "website";

    /// <summary>Why Meta would refuse an event, in one word; null if it would not.</summary>
    public static string? FaultOf(DispatchReady ready) => ready switch
    {
        { EventName: "Purchase" } and ({ ValueMinor: null } or { Currency: null or "" }) => "value_missing",
        { EventName: "Purchase", ValueMinor: < 0 } => "value_negative",
        { EventName: "Purchase", Currency: var currency } when !Currencies.IsKnown(currency) => "currency_unknown",
        { ActionSource: Website, EventSourceUrl: var page } when !IsPage(page) => "page_missing",
        { ActionSource: var source } when !IsSource(source) => "action_source",
        _ => null,
    };

    /// <summary>Whether a value may stand in <c>custom_data</c>: with a currency Meta knows, and not below zero.</summary>
    public static bool HasValue(DispatchReady ready) => ready.ValueMinor >= 0 && Currencies.IsKnown(ready.Currency);

    // Not app and business_messaging: those ask for more than a DispatchReady holds. Nor is physical_store given its 62 days.
    private static bool IsSource(string source) => source is Website or "email" or "phone_call" or "chat" or "physical_store" or "system_generated" or "other";

    private static bool IsPage(string? page) =>
        Uri.TryCreate(page, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp);
}
