using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using TrackHub.Dispatch;
using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Parking;
using TrackHub.Dispatch.Recording;
using TrackHub.Dispatch.Replaying;
using TrackHub.Dispatch.Verdicts;
using TrackHub.Platform.Tenants;

namespace TrackHub.Integration.Plans;

/// <summary>What the dispatcher asks of its registry.</summary>
[Collection(nameof(SeededDatabase))]
public sealed partial class DispatchPlanTests(SeededDatabase seeded)
{
    private const string Brand = "brand0000001";

    [Fact]
    public async Task The_registry_is_read_claimed_and_ended_by_key()
    {
        object[] keys = [Many(Brand), Many("px"), Many("Purchase"), Enumerable.Range(1, 50).Select(static n => $"e{n * 100}").ToArray()];

        await seeded.ShouldUseAsync(() => seeded.RunAsync(ClaimSql.Rows, keys), "dedupe_registry_pkey");
        await seeded.ShouldUseAsync(() => seeded.RunAsync(ClaimSql.EndOlderAttempts, [.. keys, Enumerable.Repeat(1L, 50).ToArray(), "unknown", "lease_over"]), "dispatch_attempts_pkey");
        await seeded.ShouldUseAsync(() => seeded.RunAsync(ClaimSql.Claim, Samples(ClaimSql.Claim, keys)), "consents_pkey", "dedupe_registry_pkey", "suppressions_pkey?");

        static string[] Many(string value) => [.. Enumerable.Repeat(value, 50)];
    }

    [Theory]
    [InlineData("dedupe_registry", RegistryResults.WriteRows)]
    [InlineData("dispatch_attempts", RegistryResults.WriteAttempts)]
    public async Task Metas_answer_is_written_beside_the_claim_and_into_no_index(string table, string sql)
    {
        var indexed = await seeded.Database.RowsAsync($"""
            select a.attname from pg_attribute a
            where a.attrelid = '{table}'::regclass and a.attnum > 0 and exists (
                select from pg_index i left join pg_depend d on d.objid = i.indexrelid and d.classid = 'pg_class'::regclass and d.refobjid = i.indrelid
                where i.indrelid = a.attrelid and (a.attnum = any (i.indkey) or a.attnum = d.refobjsubid))
            """);
        var full = await seeded.Database.RowsAsync($"""
            select c.relname from pg_partition_tree('{table}') t join pg_class c on c.oid = t.relid where t.isleaf and not coalesce('fillfactor=60' = any (c.reloptions), false)
            """);

        indexed.ShouldContain("event_id");
        Assigned().Matches(sql).Select(static m => m.Groups["column"].Value).Intersect(indexed).ShouldBeEmpty();
        full.ShouldBeEmpty("no room beside the claim");
    }

    [Fact]
    public async Task A_full_call_is_claimed_and_written_by_key_and_not_by_reading_the_registry()
    {
        var wishes = Enumerable.Range(1, 1_000).Select(static n => new ClaimWish(Waiting($"e{n * 100}"), new("", "", ConsentBasis.Granted), OwnFence: 0)).ToList();
        IReadOnlyList<ClaimedEvent> claimed = [];

        var claim = await seeded.PlansOfAsync(async () => claimed = await new RegistryClaims(seeded.Writer, Options.Create(new DispatchOptions())).ClaimAsync(wishes, "batch", default));
        var write = await seeded.PlansOfAsync(() => WriteAsync(claimed));
        var without = await seeded.PlansWithoutAsync(["dispatch_attempts_pkey"], () => WriteAsync(claimed.Take(2)));

        claim.Sequential.ShouldBeEmpty(claim.Text);
        claim.Indexes.ShouldContain("dedupe_registry_pkey");
        Compared().Matches(claim.Text).Sum(static m => long.Parse(m.Groups["rows"].Value, null)).ShouldBeLessThan(10 * wishes.Count, "events and their consents, each with each\n" + claim.Text);
        write.Sequential.ShouldBeEmpty(write.Text);
        write.Indexes.ShouldContain("dispatch_attempts_pkey");
        without!.Sequential.ShouldNotBeEmpty(without.Text);

        Task WriteAsync(IEnumerable<ClaimedEvent> some) => new RegistryResults(seeded.Writer, TimeProvider.System).WriteAsync(
            [.. some.Select(static c => EventResult.Of(c with { Row = c.Row with { Fence = -1 } }, new(Verdict.Delivered, "")))], new("batch", null, null), lane: null, default);
    }

    [Fact]
    public async Task What_is_taken_up_released_swept_and_judged_is_found_by_key_and_not_by_reading_the_registry()
    {
        const string ByKey = "dedupe_registry_pkey|dedupe_registry_ingest";
        List<WaitingEvent> events = [.. Enumerable.Range(1, 1_000).Select(static n => Waiting($"e{n * 100}"))];
        foreach (var ask in (Func<List<WaitingEvent>, Task>[])
        [
            TakeUpAsync,
            some => TakeUp.UnclaimedAsync(seeded.Writer, some, default),
            some => ReadKeysAsync(ParkedRelease.Wanted, some),
            some => ReadKeysAsync(ParkedRelease.Done, some),
            some => ReadKeysAsync(ParkedSweep.End, some, new long[some.Count], Enumerable.Repeat("parked_token", some.Count).ToArray()),
        ])
        {
            var plans = await seeded.PlansOfAsync(() => ask(events));
            plans.FaultOf(ByKey).ShouldBeNull(plans.Text);

            // Of two: each of a thousand would read the registry from end to end.
            var without = await seeded.PlansWithoutAsync(ByKey.Split('|'), () => ask(events[..2]));
            without!.FaultOf(ByKey).ShouldNotBeNull(without.Text);
        }
    }

    private async Task TakeUpAsync(List<WaitingEvent> events)
    {
        await using var connection = await seeded.Writer.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        (await TakeUp.RowsAsync(connection, transaction, events, default)).ShouldBeEmpty();   // delivered, all of them
        await transaction.CommitAsync();
    }

    private async Task ReadKeysAsync(string sql, List<WaitingEvent> events, params object[] more)
    {
        await using var batch = KeyLookups.Over(seeded.Writer.CreateBatch(), sql, events.Select(static e => e.Key));
        foreach (var value in more)
            batch.BatchCommands[^1].Parameters.Add(new() { Value = value });
        await batch.ExecuteNonQueryAsync();
    }

    private static WaitingEvent Waiting(string eventId) => new(
        new() { Coordinates = new("capi-dispatch", 0, 1), Timestamp = default, Value = [] },
        new()
        {
            IngestId = "019bc1a0-0000-7000-8000-000000000001",
            BrandId = Brand,
            PixelId = "px",
            EventName = "Purchase",
            EventId = eventId,
            EventTime = DateTimeOffset.UnixEpoch,
            ReceivedAt = DateTimeOffset.UnixEpoch,
            SaleId = "S1",
            ConsentSessions = ["s100"],
        },
        arrivedAt: 0,
        CancellationToken.None);

    /// <summary>Values for all of a statement's parameters by their casts, after those given; arrays as long as the first.</summary>
    private static object[] Samples(string sql, object[] given)
    {
        var length = ((Array)given[0]).Length;
        var types = Cast().Matches(sql).DistinctBy(static m => m.Groups["n"].Value).ToDictionary(static m => int.Parse(m.Groups["n"].Value, null), static m => m.Groups["type"].Value);
        return [.. Enumerable.Range(1, Number().Matches(sql).Max(static m => int.Parse(m.Groups["n"].Value, null))).Select(n => n <= given.Length ? given[n - 1] : Sample(types.GetValueOrDefault(n, "text")))];

        object Sample(string type) => type switch
        {
            "uuid[]" => Enumerable.Range(0, length).Select(static _ => Guid.NewGuid()).ToArray(),
            "timestamptz[]" => Enumerable.Repeat(DateTime.UnixEpoch, length).ToArray(),
            "boolean[]" => Enumerable.Repeat(true, length).ToArray(),
            "int[]" => new int[length],
            "bigint[]" => Enumerable.Range(1, length).Select(static n => (long)n).ToArray(),
            "bytea[]" => Enumerable.Range(1, length).Select(static n => BitConverter.GetBytes(n)).ToArray(),
            "text[]" => Enumerable.Repeat("", length).ToArray(),
            "interval" => TimeSpan.FromSeconds(15),
            _ => "x",
        };
    }

    [GeneratedRegex(@"""Rows Removed by Join Filter"": (?<rows>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Compared();

    [GeneratedRegex(@"\$(?<n>\d+)::(?<type>\w+(\[\])?)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Cast();

    [GeneratedRegex(@"(?<=set\s|,\s+)(?<column>[a-z_]+)(?= = )")]
    private static partial Regex Assigned();

    [GeneratedRegex(@"\$(?<n>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();
}
