using System.Diagnostics.Metrics;

namespace TrackHub.ConsoleApi;

/// <summary>What the console counts.</summary>
internal sealed class ConsoleMetrics
{
    private readonly Counter<long> _logins;
    private readonly Counter<long> _refused;

    /// <summary>Makes the instruments.</summary>
    public ConsoleMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("TrackHub.Console");
        _logins = meter.CreateCounter<long>("trackhub.console.logins", "{login}", "Attempts to sign in, by outcome");
        _refused = meter.CreateCounter<long>("trackhub.console.refused", "{request}", "Requests refused before they were carried out, by code");
    }

    /// <summary>Counts an attempt: opened, wrong, limited.</summary>
    public void Login(string outcome) => _logins.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>Counts a refusal.</summary>
    public void Refused(string code) => _refused.Add(1, new KeyValuePair<string, object?>("code", code));
}
