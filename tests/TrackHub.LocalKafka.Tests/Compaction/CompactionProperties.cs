using FsCheck;
using FsCheck.Fluent;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Tests.Compaction;

/// <summary>Compaction of any log, by comparison with a list of what was appended.</summary>
public sealed class CompactionProperties
{
    /// <param name="Records">Key number and value number; value 0 is a tombstone.</param>
    /// <param name="Rolls">Whether its segment is closed behind it.</param>
    public sealed record Step(IReadOnlyList<(int Key, int Value)> Records, int Codec, bool Rolls)
    {
        public override string ToString() => $"codec {Codec}: {string.Join(' ', Records.Select(static r => $"{r.Key}={r.Value}"))}{(Rolls ? " |" : "")}";
    }

    private static readonly Gen<Step> Steps =
        from size in Gen.Choose(1, 6)
        from records in Gen.Zip(Gen.Choose(0, 7), Gen.Choose(0, 4)).ArrayOf(size)
        from codec in Gen.Choose(0, 4)
        from rolls in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new Step([.. records.Select(static record => (record.Item1, record.Item2))], codec, rolls);

    private static readonly Arbitrary<Step[]> Logs = Gen.Choose(1, 25).SelectMany(static count => Steps.ArrayOf(count)).ToArbitrary();

    [Fact]
    public void The_last_value_of_each_key_stays_in_order_at_its_offset_whatever_the_batches_codecs_and_passes() =>
        Prop.ForAll(Logs, Gen.Choose(2, 9).ToArbitrary(), async (steps, maxKeys) =>
        {
            using var log = new CompactedLog(("segment.bytes", "1024"));
            var (appended, closed) = Append(log, steps);

            await log.CompactAsync(maxKeys);

            var kept = log.Log.ReadRecords();
            // Of closed segments exactly the last record of each key, of the written one all.
            kept.ShouldBe(Expected(appended, closed));
            LastValues(kept).ShouldBe(LastValues(appended));
            log.Log.EndOffset.ShouldBe(appended.Count);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void A_second_compaction_changes_nothing_and_a_restart_neither() => Prop.ForAll(Logs, async steps =>
    {
        using var log = new CompactedLog(("segment.bytes", "1024"));
        Append(log, steps);
        await log.CompactAsync();
        var first = log.Log.ReadBatches();

        await log.CompactAsync();
        AreSame(log.Log.ReadBatches(), first);
        log.Restart();
        AreSame(log.Log.ReadBatches(), first);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public void Tombstones_past_their_time_go_and_nothing_comes_back() => Prop.ForAll(Logs, Logs, async (earlier, later) =>
    {
        using var log = new CompactedLog(("segment.bytes", "1024"), ("delete.retention.ms", "1000"));
        var appended = Append(log, earlier).Appended;
        await log.CompactAsync();
        log.Clock.Advance(TimeSpan.FromSeconds(2));
        appended.AddRange(Append(log, later).Appended);
        log.Roll();
        await log.CompactAsync();
        log.Clock.Advance(TimeSpan.FromSeconds(2));

        await log.CompactAsync();

        var kept = log.Log.ReadRecords();
        kept.ShouldAllBe(static record => record.Record.Value != null);
        LastValues(kept).ShouldBe(LastValues(appended).Where(static pair => pair.Value is not null));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public void A_compaction_that_ends_with_its_process_at_any_write_loses_nothing_and_the_next_does_the_rest() =>
        Prop.ForAll(Logs, Gen.Choose(1, 60).ToArbitrary(), async (steps, writes) =>
        {
            using var log = new CompactedLog(("segment.bytes", "1024"));
            var (appended, closed) = Append(log, steps);
            log.FailAfter(writes);
            try
            {
                await log.CompactAsync(maxKeys: 3);
            }
            catch (IOException)
            {
                // The disk is gone, as it is for a process that was killed.
            }

            log.RestartAfterKill();
            LastValues(log.Log.ReadRecords()).ShouldBe(LastValues(appended));
            log.Log.EndOffset.ShouldBe(appended.Count);

            await log.CompactAsync();
            log.Log.ReadRecords().ShouldBe(Expected(appended, closed));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    private static IEnumerable<(long Offset, TestRecord Record)> Expected(List<(long Offset, TestRecord Record)> appended, long closed) =>
        appended.Where(record => record.Offset >= closed
            || !appended.Any(later => later.Record.Key == record.Record.Key && later.Offset > record.Offset && later.Offset < closed));

    /// <summary>What was appended, and the first offset of the written segment.</summary>
    private static (List<(long Offset, TestRecord Record)> Appended, long Closed) Append(CompactedLog log, Step[] steps)
    {
        var appended = new List<(long Offset, TestRecord Record)>();
        foreach (var step in steps)
        {
            var records = step.Records.Select(record => ((string?)$"key-{record.Key}", record.Value == 0 ? null : $"value-{record.Value}")).ToArray();
            var first = log.Append(step.Codec, records);
            appended.AddRange(records.Select((record, i) => (first + i, new TestRecord(record.Item1, record.Item2, log.Clock.NowMs))));
            if (step.Rolls)
                log.Roll();
            log.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        return (appended, log.Log.Segments[^1].BaseOffset);
    }

    private static List<KeyValuePair<string, string?>> LastValues(IEnumerable<(long Offset, TestRecord Record)> records)
    {
        var values = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (_, record) in records)
            values[record.Key!] = record.Value;
        return [.. values];
    }

    private static void AreSame(List<(BatchHeader Header, byte[] Batch)> batches, List<(BatchHeader Header, byte[] Batch)> expected)
    {
        batches.Select(static batch => batch.Header).ShouldBe(expected.Select(static batch => batch.Header));
        batches.SelectMany(static batch => batch.Batch).ShouldBe(expected.SelectMany(static batch => batch.Batch));
    }
}
