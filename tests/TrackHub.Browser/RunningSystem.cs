using System.Text.Json;
using TrackHub.Testing;

namespace TrackHub.Browser;

/// <summary>The shipped system with its brand <c>demo</c>, started once.</summary>
public sealed class RunningSystem : IAsyncLifetime
{
    private JsonElement _demo;

    internal Machine Machine { get; } = new();

    internal string Ingress => $"http://127.0.0.1:{Machine.PortBase}";

    internal string WriteKey => _demo.GetProperty("write_key").GetString()!;

    internal string DatasetId => _demo.GetProperty("dataset_id").GetString()!;

    public async Task InitializeAsync()
    {
        await Machine.UpAsync();
        using var demo = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Machine.Data, "demo.json")));
        _demo = demo.RootElement.Clone();
    }

    public async Task DisposeAsync() => await Machine.DisposeAsync();

    /// <summary>Address and secret of the brand's connection to a gateway.</summary>
    internal (string Address, string Secret) Connection(string gateway)
    {
        var connection = _demo.GetProperty("connections").EnumerateArray().Single(connection => connection.GetProperty("gateway").GetString() == gateway);
        return (Ingress + connection.GetProperty("path").GetString(), connection.GetProperty("secret").GetString()!);
    }

    /// <summary>Events of one id that arrived at Meta's stand-in.</summary>
    internal async Task<JsonElement[]> ArrivedAsync(HttpClient http, string eventId)
    {
        using var answer = JsonDocument.Parse(await http.GetStringAsync(
            new Uri($"http://127.0.0.1:{Machine.PortBase + 2}/_sim/events?dataset={DatasetId}&event_id={eventId}")));
        return [.. answer.RootElement.GetProperty("events").EnumerateArray().Select(static arrived => arrived.Clone())];
    }

    /// <summary>The newest revision of a sale, as <c>explain</c> tells it, once it has one.</summary>
    internal async Task<JsonElement> ExplainedAsync(string saleId, string state)
    {
        var found = default(JsonElement);
        await Eventually.Holds(
            async () =>
            {
                var told = await Machine.RunAsync("explain", saleId, "--json");
                told.Code.ShouldBe(0, told.All);
                using var story = JsonDocument.Parse(told.Output);
                found = story.RootElement.Clone();
                found.GetProperty("outcomes").EnumerateArray().ShouldContain(outcome => outcome.GetProperty("state").GetString() == state, told.Output);
            },
            TimeSpan.FromMinutes(1));
        return found;
    }
}
