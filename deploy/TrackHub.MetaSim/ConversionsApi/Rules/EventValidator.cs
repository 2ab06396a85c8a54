using System.Text.Json;

namespace TrackHub.MetaSim.ConversionsApi.Rules;

/// <summary>Judges one event by the documented rules of the server event parameters.</summary>
internal static class EventValidator
{
    /// <summary>How far ahead of the clock an event may be. No number is documented; public integrations use a minute.</summary>
    public static readonly TimeSpan FutureTolerance = TimeSpan.FromSeconds(60);

    private const int MaxAgeDays = 7;
    private const int MaxAgeDaysPhysicalStore = 62;

    /// <summary>Judges the event; the first broken rule is the answer, as one refusal is all Meta gives.</summary>
    /// <param name="index">Its place in <c>data</c>.</param>
    /// <param name="valid">The event's keys, when it is valid.</param>
    /// <returns>The refusal of the whole request, or null.</returns>
    public static GraphError? Validate(JsonElement element, int index, DateTimeOffset now, out ValidEvent valid)
    {
        valid = default;
        var path = $"$['data'][{index}]";
        if (EventFields.Read(element, path, out var fields) is { } unexpected)
            return unexpected;
        if (!IsText(fields.Name))
            return EventFields.Required(path, "event_name");
        if (Source(fields.ActionSource, path, out var source) is { } badSource)
            return badSource;
        if (fields.UserData.ValueKind is JsonValueKind.Undefined)
            return EventFields.Required(path, "user_data");
        if (fields.Id.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.String))
            return EventFields.WrongType(path, "event_id", "a string");
        if (Time(fields.Time, source, now, path, out var time) is { } badTime)
            return badTime;
        if (source is "website" && !IsWebUrl(fields.SourceUrl))
            return EventFields.Required(path, "event_source_url");

        var warnings = EventWarnings.None;
        var name = fields.Name.GetString()!;
        var id = fields.Id.ValueKind is JsonValueKind.String ? fields.Id.GetString()! : "";
        var fault = UserDataRules.Check(fields.UserData, path, ref warnings, out var user)
            ?? CustomDataRules.Check(fields.CustomData, name, path, ref warnings)
            ?? ProcessingOptionRules.Check(fields, path)
            ?? ChannelRules.Check(fields, source, name, path);
        if (fault is not null)
            return fault;

        if (id.Length == 0)
            warnings |= EventWarnings.NoEventId;
        if (source is "website" && !user.HasUserAgent)
            warnings |= EventWarnings.NoUserAgent;
        valid = new ValidEvent(element, name, id, warnings);
        return null;
    }

    private static GraphError? Source(JsonElement value, string path, out string source)
    {
        source = "";
        if (value.ValueKind is JsonValueKind.Undefined)
            return EventFields.Required(path, "action_source");
        source = value.ValueKind is JsonValueKind.String ? value.GetString()! : "";
        return source is "email" or "website" or "app" or "phone_call" or "chat" or "physical_store" or "system_generated"
            or "business_messaging" or "other"
            ? null
            : EventFields.WrongType(path, "action_source",
                "one of email, website, app, phone_call, chat, physical_store, system_generated, business_messaging, other");
    }

    private static GraphError? Time(JsonElement value, string source, DateTimeOffset now, string path, out long time)
    {
        time = 0;
        if (value.ValueKind is JsonValueKind.Undefined)
            return EventFields.Required(path, "event_time");
        if (value.ValueKind is not JsonValueKind.Number || !value.TryGetInt64(out time))
            return EventFields.WrongType(path, "event_time", "an integer, Unix time in seconds");

        var nowSeconds = now.ToUnixTimeSeconds();
        if (time > nowSeconds + (long)FutureTolerance.TotalSeconds)
            return ErrorCatalogue.InFuture();
        var days = source is "physical_store" ? MaxAgeDaysPhysicalStore : MaxAgeDays;
        return time < nowSeconds - (days * 86_400L) ? ErrorCatalogue.TooOld(days) : null;
    }

    private static bool IsText(JsonElement value) =>
        value.ValueKind is JsonValueKind.String && !value.ValueEquals(""u8);

    private static bool IsWebUrl(JsonElement value) =>
        IsText(value) && Uri.TryCreate(value.GetString(), UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp);
}

/// <summary>An event that passed; <paramref name="Element"/> lives as long as its request.</summary>
/// <param name="Id">Empty when the event has none.</param>
internal readonly record struct ValidEvent(JsonElement Element, string Name, string Id, EventWarnings Warnings);
