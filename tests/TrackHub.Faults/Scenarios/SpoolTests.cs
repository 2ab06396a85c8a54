using TrackHub.Faults.Driving;
using TrackHub.Faults.Lab;
using TrackHub.Testing;
using Xunit.Abstractions;

namespace TrackHub.Faults.Scenarios;

/// <summary>No sale is refused, whatever the log does: it hangs, the ingress dies with a filled spool, the log dies and comes back.</summary>
[Collection(nameof(FaultLab))]
public sealed class SpoolTests(FaultLab lab, ITestOutputHelper output)
{
    private const int Rate = 200;
    private static readonly int Sales = FaultLab.IsFull ? 2_000 : 100;
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(60);
    private readonly List<SaleAnswer> _answers = [];

    [Fact]
    public async Task Sales_are_acked_while_the_log_is_away_and_every_one_is_stored_afterwards()
    {
        var brand = await LabBrand.AddAsync(lab.Machine, "loja-spool", "2000000000009");
        await Eventually.Holds(async () => (await SaleStream.SendAsync(brand, "probe", 0, 1, Rate))[0].Status is 200, DrainLimit);
        await SellAsync(brand, "the log answers");

        lab.Services.Pause(LabServices.Broker);
        (await SellAsync(brand, "the log hangs")).ShouldContain(static answer => answer.Spooled);

        var ingest = lab.Services.Kill(LabServices.Ingest);
        await lab.Services.AreReplacedAsync(ingest);
        await lab.Services.AreReadyAsync([LabServices.Ingest]);   // with the log still away
        (await SellAsync(brand, "another ingress, the log hangs")).ShouldContain(static answer => answer.Spooled);

        var broker = lab.Services.Kill(LabServices.Broker);
        await SellAsync(brand, "the log dies and starts");
        await lab.Services.AreAgainAsync(broker);
        await SellAsync(brand, "the log is back");

        await Eventually.Holds(
            async () => (await StoredAsync(brand)).ShouldBe(_answers.ToDictionary(static answer => answer.EventId, static _ => 1L), ignoreOrder: true), DrainLimit);
        await Eventually.Holds(() => Directory.GetFiles(Path.Combine(lab.Machine.Data, "spool")).Select(Path.GetFileName).SequenceEqual(["lock"]), DrainLimit);

        var spooled = _answers.First(static answer => answer.Spooled).EventId;
        var told = await lab.Machine.RunAsync("explain", spooled, "--json");
        told.Code.ShouldBe(0, told.All);
        told.Output.ShouldContain(spooled);
    }

    private async Task<IReadOnlyList<SaleAnswer>> SellAsync(LabBrand brand, string phase)
    {
        var answers = await SaleStream.SendAsync(brand, "spool", _answers.Count, Sales, Rate);
        var slow = answers.Select(static answer => answer.Latency.TotalMilliseconds).Order().ToList();
        output.WriteLine($"{phase}: {slow.Count} sales, {answers.Count(static a => a.Spooled)} spooled, p50 {slow[slow.Count / 2]:0.0} ms, "
            + $"p99 {slow[(int)(slow.Count * 0.99)]:0.0} ms, p99.9 {slow[(int)(slow.Count * 0.999)]:0.0} ms, longest {slow[^1]:0.0} ms");
        answers.CountBy(static answer => answer.Status).ShouldBe([KeyValuePair.Create(200, Sales)], phase);
        _answers.AddRange(answers);
        return answers;
    }

    // Records of one sale may be several, its ingest id is one: what is there twice is absorbed as what it is.
    private async Task<Dictionary<string, long>> StoredAsync(LabBrand brand)
    {
        await using var command = lab.Postgres.CreateCommand(
            "select event_id, count(distinct ingest_id) from events where brand_id = $1 and event_id = any($2) group by 1");
        command.Parameters.Add(new() { Value = brand.Id });
        command.Parameters.Add(new() { Value = _answers.Select(static answer => answer.EventId).ToArray() });
        await using var rows = await command.ExecuteReaderAsync();
        var stored = new Dictionary<string, long>();
        while (await rows.ReadAsync())
            stored.Add(rows.GetString(0), rows.GetInt64(1));
        return stored;
    }
}
