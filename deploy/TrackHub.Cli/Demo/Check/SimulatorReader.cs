using System.Text.Json;

namespace TrackHub.Cli.Demo.Check;

/// <summary>Reads what arrived at the simulator, raw: what came twice is there twice.</summary>
/// <param name="http">Client whose base address is the simulator.</param>
internal sealed class SimulatorReader(HttpClient http)
{
    private const int PageSize = 1_000;

    /// <summary>Everything that arrived for a dataset.</summary>
    public async Task<IReadOnlyList<Arrival>> ArrivalsAsync(string dataset, CancellationToken cancellationToken)
    {
        var arrivals = new List<Arrival>();
        for (long? after = 0; after is not null;)
        {
            await using var stream = await http.GetStreamAsync(
                new Uri($"/_sim/events?dataset={Uri.EscapeDataString(dataset)}&limit={PageSize}&after={after}", UriKind.Relative), cancellationToken);
            using var page = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
            arrivals.AddRange(page.RootElement.GetProperty("events").EnumerateArray().Select(ArrivalOf));
            after = page.RootElement.GetProperty("after") is { ValueKind: JsonValueKind.Number } next ? next.GetInt64() : null;
        }

        return arrivals;
    }

    private static Arrival ArrivalOf(JsonElement line)
    {
        var custom = line.TryGetProperty("custom_data", out var found) ? found : default;
        return new(
            line.GetProperty("event_name").GetString()!,
            line.GetProperty("event_id").GetString() ?? "",
            custom.ValueKind is JsonValueKind.Object && custom.TryGetProperty("value", out var value) ? value.GetDecimal() : null,
            custom.ValueKind is JsonValueKind.Object && custom.TryGetProperty("currency", out var currency) ? currency.GetString() : null,
            line.GetProperty("received_at").GetDateTimeOffset());
    }
}
