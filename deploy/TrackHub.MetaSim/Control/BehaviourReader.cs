using System.Text.Json;
using TrackHub.MetaSim.Arrivals;

namespace TrackHub.MetaSim.Control;

/// <summary>Reads a behaviour from its JSON; anything unknown, of the wrong type or contradictory is refused by name.</summary>
internal static class BehaviourReader
{
    private const string Keys = "match, times, latency_ms, status, code, subcode, is_transient, message, retry_after_s, drop, drip, "
        + "body, events_received, redirect, headers, store";

    private static readonly string[] HeaderNames =
    [
        "X-Business-Use-Case-Usage", "X-App-Usage", "X-Ad-Account-Usage", "X-FB-Ads-Insights-Throttle", "X-Ad-Api-Version-Warning",
    ];

    /// <summary>Reads one behaviour.</summary>
    /// <exception cref="BehaviourException">The message names the key, its value's limits and the allowed values.</exception>
    public static Behaviour Read(JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object)
            throw new BehaviourException($"A behaviour is a JSON object with some of: {Keys}.");

        var behaviour = new Behaviour { Match = new BehaviourMatch(null, null, null, null) };
        foreach (var property in root.EnumerateObject())
        {
            var (key, value) = (property.Name, property.Value);
            behaviour = key switch
            {
                "match" => behaviour with { Match = Match(value) },
                "times" => behaviour with { Times = Integer(key, value, 1, 1_000_000) },
                "latency_ms" => behaviour with { Latency = TimeSpan.FromMilliseconds(Integer(key, value, 0, 600_000)) },
                "status" => behaviour with { Status = Integer(key, value, 200, 599) },
                "code" => behaviour with { Code = Integer(key, value, -100_000, 100_000_000) },
                "subcode" => behaviour with { Subcode = Integer(key, value, 1, 100_000_000) },
                "is_transient" => behaviour with { IsTransient = Boolean(key, value) },
                "message" => behaviour with { Message = Text(key, value) },
                "retry_after_s" => behaviour with { RetryAfterSeconds = Integer(key, value, 0, 86_400) },
                "drop" => behaviour with { Drop = OneOf(key, value, ("before", DropMoment.Before), ("after", DropMoment.After)) },
                "drip" => behaviour with { Drip = Boolean(key, value) },
                "body" => behaviour with
                {
                    Body = OneOf(key, value, ("html", BodyKind.Html), ("junk", BodyKind.Junk), ("empty", BodyKind.Empty),
                        ("endless", BodyKind.Endless), ("gzip_bomb", BodyKind.GzipBomb)),
                },
                "events_received" => behaviour with { EventsReceived = Integer(key, value, 0, 1_000_000) },
                "redirect" => behaviour with { Redirect = Address(key, value) },
                "headers" => behaviour with { Headers = Headers(value) },
                "store" => behaviour with { Store = Boolean(key, value) },
                _ => throw new BehaviourException($"Unknown key '{key}'. Allowed: {Keys}."),
            };
        }

        Check(behaviour);
        return behaviour;
    }

    private static void Check(Behaviour behaviour)
    {
        var outcomes = new (string Name, bool IsSet)[]
        {
            ("an error (status, code, subcode, is_transient, message)", behaviour.IsError), ("drop", behaviour.Drop is not null),
            ("body", behaviour.Body is not null), ("events_received", behaviour.EventsReceived is not null), ("redirect", behaviour.Redirect is not null),
        };
        var chosen = outcomes.Where(static o => o.IsSet).Select(static o => o.Name).ToArray();
        if (chosen.Length > 1)
            throw new BehaviourException($"One answer at a time: {string.Join(" and ", chosen)} exclude each other.");
        if (behaviour.IsError && behaviour.Status is < 400)
            throw new BehaviourException($"status {behaviour.Status} is not an error: give 400 to 599, or a body or redirect with it.");
        if (behaviour.Redirect is not null && behaviour.Status is not (null or 301 or 302 or 303 or 307 or 308))
            throw new BehaviourException("status of a redirect is one of 301, 302 (default), 303, 307, 308.");
        if (behaviour is { Drip: true, Drop: not null } or { Drip: true, Body: BodyKind.Endless or BodyKind.GzipBomb or BodyKind.Empty })
            throw new BehaviourException("drip needs an answer with a body of its own: it can't go with drop, or with body endless, gzip_bomb or empty.");
        if (behaviour.Store is true && behaviour.Drop is DropMoment.Before)
            throw new BehaviourException("store true contradicts drop before; use drop after.");
        if (chosen.Length == 0 && behaviour is { Drip: false, Headers.Count: 0, RetryAfterSeconds: null, Store: null } && behaviour.Latency == TimeSpan.Zero)
            throw new BehaviourException($"The behaviour changes nothing. Give at least one of: {Keys[(Keys.IndexOf("latency_ms", StringComparison.Ordinal))..]}.");
    }

    private static BehaviourMatch Match(JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.Object)
            throw new BehaviourException("match is an object with some of: dataset, token, event_id, event_name.");
        var match = new BehaviourMatch(null, null, null, null);
        foreach (var property in value.EnumerateObject())
        {
            var text = Text("match." + property.Name, property.Value);
            match = property.Name switch
            {
                "dataset" => match with { Dataset = text },
                "token" => match with { Token = TokenFingerprint.Of(text) },
                "event_id" => match with { EventId = text },
                "event_name" => match with { EventName = text },
                _ => throw new BehaviourException($"Unknown key 'match.{property.Name}'. Allowed: dataset, token, event_id, event_name."),
            };
        }

        return match;
    }

    private static List<KeyValuePair<string, string>> Headers(JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.Object)
            throw new BehaviourException($"headers is an object with some of: {string.Join(", ", HeaderNames)}.");
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var property in value.EnumerateObject())
        {
            var name = Array.Find(HeaderNames, known => known.Equals(property.Name, StringComparison.OrdinalIgnoreCase))
                ?? throw new BehaviourException($"Unknown header '{property.Name}'. Allowed: {string.Join(", ", HeaderNames)}.");
            var text = Text("headers." + name, property.Value);
            if (text.Any(static c => c is < ' ' or > '~'))
                throw new BehaviourException($"headers.{name} holds a character outside printable ASCII.");
            headers.Add(new KeyValuePair<string, string>(name, text));
        }

        return headers;
    }

    private static int Integer(string key, JsonElement value, int min, int max) =>
        value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number) && number >= min && number <= max
            ? number
            : throw new BehaviourException($"{key} is an integer from {min} to {max}.");

    private static bool Boolean(string key, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new BehaviourException($"{key} is true or false."),
    };

    private static string Text(string key, JsonElement value) =>
        value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 and <= 4096 } text
            ? text
            : throw new BehaviourException($"{key} is a string of 1 to 4096 characters.");

    private static T OneOf<T>(string key, JsonElement value, params (string Name, T Value)[] allowed)
    {
        var text = value.ValueKind is JsonValueKind.String ? value.GetString() : null;
        foreach (var (name, result) in allowed)
        {
            if (name == text)
                return result;
        }

        throw new BehaviourException($"{key} is one of: {string.Join(", ", allowed.Select(static a => a.Name))}.");
    }

    private static Uri Address(string key, JsonElement value) =>
        Uri.TryCreate(Text(key, value), UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            ? address
            : throw new BehaviourException($"{key} is an absolute http or https address.");
}

/// <summary>A behaviour that can't be; the message is for the person who wrote it.</summary>
internal sealed class BehaviourException(string message) : Exception(message);
