using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace TrackHub.MetaSim.Control;

/// <summary>Reads the query of a control route; the first fault is kept, with the allowed names or range.</summary>
internal sealed class ControlQuery
{
    private readonly IQueryCollection _query;

    public ControlQuery(IQueryCollection query, params string[] allowed)
    {
        _query = query;
        foreach (var key in query.Keys)
        {
            if (!allowed.Contains(key, StringComparer.OrdinalIgnoreCase))
                Fault ??= $"Unknown parameter '{key}'. Allowed: {string.Join(", ", allowed)}.";
        }
    }

    /// <summary>What is wrong, or null.</summary>
    public string? Fault { get; private set; }

    /// <summary>A text, or null when absent.</summary>
    public string? Text(string key) => _query[key].Count > 0 ? _query[key][0] : null;

    /// <summary>A whole number inside its range.</summary>
    public long Number(string key, long absent, long min, long max)
    {
        if (Text(key) is not { } text)
            return absent;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        Fault ??= $"{key} is an integer from {min} to {max}.";
        return absent;
    }

    /// <summary>True or false; false when absent.</summary>
    public bool Boolean(string key)
    {
        if (Text(key) is not { } text)
            return false;
        if (!bool.TryParse(text, out var value))
            Fault ??= $"{key} is true or false.";
        return value;
    }
}
