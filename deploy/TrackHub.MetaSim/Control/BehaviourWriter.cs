using System.Text.Json;

namespace TrackHub.MetaSim.Control;

/// <summary>Writes behaviours as they were read, with id, uses and the token's fingerprint in place of the token.</summary>
internal static class BehaviourWriter
{
    /// <summary>The name of a body on the wire.</summary>
    public static string Name(BodyKind kind) => kind switch
    {
        BodyKind.Html => "html",
        BodyKind.Junk => "junk",
        BodyKind.Empty => "empty",
        BodyKind.Endless => "endless",
        _ => "gzip_bomb",
    };

    public static void Write(Utf8JsonWriter json, BehaviourEntry entry)
    {
        var behaviour = entry.Behaviour;
        json.WriteStartObject();
        json.WriteNumber("id", entry.Id);
        json.WriteNumber("used", entry.Used);
        WriteNumber(json, "left", entry.Left);
        json.WriteStartObject("match");
        WriteText(json, "dataset", behaviour.Match.Dataset);
        WriteText(json, "token", behaviour.Match.Token);
        WriteText(json, "event_id", behaviour.Match.EventId);
        WriteText(json, "event_name", behaviour.Match.EventName);
        json.WriteEndObject();
        WriteNumber(json, "times", behaviour.Times);
        if (behaviour.Latency > TimeSpan.Zero)
            json.WriteNumber("latency_ms", (long)behaviour.Latency.TotalMilliseconds);
        WriteNumber(json, "status", behaviour.Status);
        WriteNumber(json, "code", behaviour.Code);
        WriteNumber(json, "subcode", behaviour.Subcode);
        if (behaviour.IsTransient is { } isTransient)
            json.WriteBoolean("is_transient", isTransient);
        WriteText(json, "message", behaviour.Message);
        WriteNumber(json, "retry_after_s", behaviour.RetryAfterSeconds);
        WriteText(json, "drop", behaviour.Drop switch { DropMoment.Before => "before", DropMoment.After => "after", _ => null });
        if (behaviour.Drip)
            json.WriteBoolean("drip", true);
        WriteText(json, "body", behaviour.Body is { } kind ? Name(kind) : null);
        WriteNumber(json, "events_received", behaviour.EventsReceived);
        WriteText(json, "redirect", behaviour.Redirect?.AbsoluteUri);
        if (behaviour.Headers.Count > 0)
        {
            json.WriteStartObject("headers");
            foreach (var (name, value) in behaviour.Headers)
                json.WriteString(name, value);
            json.WriteEndObject();
        }

        json.WriteBoolean("store", behaviour.IsStored);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string key, int? value)
    {
        if (value is { } number)
            json.WriteNumber(key, number);
    }

    private static void WriteText(Utf8JsonWriter json, string key, string? value)
    {
        if (value is not null)
            json.WriteString(key, value);
    }
}
