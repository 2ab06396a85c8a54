using TrackHub.LocalKafka.Compaction;
using TrackHub.LocalKafka.Records;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Compaction;

public sealed class LogCleanerTests
{
    [Fact]
    public async Task The_last_value_of_each_key_stays_at_its_offset()
    {
        using var log = new CompactedLog();
        log.Append(("a", "1"), ("b", "1"), ("a", "2"));
        log.Append(("c", "1"), ("b", "2"));
        log.Append(("a", "3"));
        log.Roll();
        log.Append(("c", "2"));

        await log.CompactAsync();

        // Nothing of the written segment counts: c=1 stays until c=2 is in a closed one.
        log.Read().ShouldBe(["3 c=1", "4 b=2", "5 a=3", "6 c=2"]);
        log.Log.StartOffset.ShouldBe(0);
        log.Log.EndOffset.ShouldBe(7);
        log.Restart();
        log.Read().ShouldBe(["3 c=1", "4 b=2", "5 a=3", "6 c=2"]);
        log.Append(("d", "1")).ShouldBe(7);
    }

    [Fact]
    public async Task A_reader_goes_on_from_any_offset_over_the_gaps()
    {
        using var log = new CompactedLog();
        for (var i = 0; i < 50; i++)
            log.Append(($"key-{i % 3}", $"{i}"), ("same", $"{i}"));
        log.Roll();
        log.Append(("end", "1"));

        await log.CompactAsync();

        string[] left = ["94 key-2=47", "96 key-0=48", "98 key-1=49", "99 same=49", "100 end=1"];
        for (var from = 0; from <= 101; from++)
            log.Read(from).ShouldBe(left.Where(record => int.Parse(record.Split(' ')[0]) >= from));
    }

    [Fact]
    public async Task A_tombstone_stays_for_its_time_and_then_goes()
    {
        using var log = new CompactedLog(("delete.retention.ms", "60000"));
        log.Append(("a", "1"), ("b", "1"));
        log.Append(("a", null));
        log.Roll();
        log.Append(("end", "1"));

        await log.CompactAsync();
        log.Read().ShouldBe(["1 b=1", "2 a=null", "3 end=1"]);
        log.Clock.Advance(TimeSpan.FromMilliseconds(59_999));
        await log.CompactAsync();
        log.Read().ShouldBe(["1 b=1", "2 a=null", "3 end=1"]);
        CompactionProgress.Read(log.Directory).NextHorizonMs.ShouldBe(log.Clock.NowMs + 1);

        log.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await log.CompactAsync();
        log.Read().ShouldBe(["1 b=1", "3 end=1"]);
        CompactionProgress.Read(log.Directory).NextHorizonMs.ShouldBe(long.MaxValue);
    }

    [Fact]
    public async Task A_delete_horizon_changes_no_records_time()
    {
        using var log = new CompactedLog();
        var made = log.Clock.NowMs;
        log.Append(3, ("a", "1"), ("b", null));
        log.Clock.Advance(TimeSpan.FromDays(3));
        log.Roll();

        await log.CompactAsync();

        log.Log.ReadBatches().ShouldHaveSingleItem().Header.DeleteHorizonMs.ShouldBe(log.Clock.NowMs + 86_400_000);
        log.Log.ReadRecords().Select(static read => read.Record.UnixMs).ShouldBe([made, made]);
        TimeSearch.FirstAtOrAfter(log.Log, made, TestBatch.Codecs).ShouldBe((made, 0));
        TimeSearch.FirstAtOrAfter(log.Log, made + 1, TestBatch.Codecs).ShouldBeNull();
    }

    [Fact]
    public async Task Records_without_key_go()
    {
        using var log = new CompactedLog();
        log.Append((null, "from before the topic was compacted"), ("a", "1"));
        log.Roll();
        log.Append(("end", "1"));

        await log.CompactAsync();

        log.Read().ShouldBe(["1 a=1", "2 end=1"]);
    }

    [Fact]
    public async Task A_reader_reaches_the_end_of_a_log_whose_last_records_went()
    {
        using var log = new CompactedLog(("delete.retention.ms", "0"));
        log.Append(("a", "1"));
        log.Append(("a", null));
        log.Roll();
        await log.CompactAsync();
        log.Clock.Advance(TimeSpan.FromMilliseconds(1));

        await log.CompactAsync();

        var left = log.Log.ReadBatches().ShouldHaveSingleItem().Header;
        left.RecordCount.ShouldBe(0);
        left.LastOffset.ShouldBe(1);

        log.Append(("b", "1"));
        log.Roll();
        log.Append(("end", "1"));
        await log.CompactAsync();
        log.Log.ReadBatches().Select(static batch => batch.Header.BaseOffset).ShouldBe([2, 3]);
    }

    [Fact]
    public async Task A_producers_last_batch_stays_without_records_so_that_its_sequence_goes_on()
    {
        using var log = new CompactedLog();
        log.Log.Append(TestBatch.Encode("1", producerId: 7, epoch: 0, sequence: 0));
        log.Log.Append(TestBatch.Encode("2", producerId: 7, epoch: 0, sequence: 1));
        log.Append(("key", "3"));
        log.Roll();
        log.Append(("end", "1"));

        await log.CompactAsync();
        log.Read().ShouldBe(["2 key=3", "3 end=1"]);
        log.Log.ReadBatches().Select(static batch => (batch.Header.BaseOffset, batch.Header.RecordCount)).ShouldBe([(1, 0), (2, 1), (3, 1)]);
        log.Restart();

        log.Log.Append(TestBatch.Encode("2", producerId: 7, epoch: 0, sequence: 1)).ShouldBe(new AppendResult(ErrorCode.None, 1, -1));
        log.Log.Append(TestBatch.Encode("4", producerId: 7, epoch: 0, sequence: 3)).Error.ShouldBe(ErrorCode.OutOfOrderSequenceNumber);
        log.Log.Append(TestBatch.Encode("3", producerId: 7, epoch: 0, sequence: 2)).BaseOffset.ShouldBe(4);
    }

    [Fact]
    public async Task Keys_that_do_not_fit_at_once_take_more_passes_with_the_same_result()
    {
        using var log = new CompactedLog(("segment.bytes", "2000"));
        for (var i = 0; i < 300; i++)
            log.Append(($"key-{i % 50}", $"{i}"));
        log.Roll();
        log.Append(("end", "1"));

        var result = await log.CompactAsync(maxKeys: 7);

        result.Passes.ShouldBeGreaterThan(7);
        log.Read().ShouldBe([.. Enumerable.Range(250, 50).Select(static i => $"{i} key-{i % 50}={i}"), "300 end=1"]);
    }

    [Fact]
    public async Task A_batch_with_more_keys_than_fit_is_noted_in_several_passes()
    {
        using var log = new CompactedLog();
        log.Append([.. Enumerable.Range(0, 20).Select(static i => ((string?)$"key-{i}", (string?)"old"))]);
        log.Append([.. Enumerable.Range(0, 20).Select(static i => ((string?)$"key-{i}", (string?)"new"))]);
        log.Roll();

        (await log.CompactAsync(maxKeys: 3)).Passes.ShouldBe(14);

        log.Read().ShouldBe([.. Enumerable.Range(0, 20).Select(static i => $"{20 + i} key-{i}=new")]);
    }

    [Fact]
    public async Task A_codec_stays_and_the_batch_is_smaller()
    {
        for (var codec = 0; codec <= 4; codec++)
        {
            using var log = new CompactedLog();
            log.Append(codec, [.. Enumerable.Range(0, 200).Select(static i => ((string?)$"key-{i % 20}", (string?)$"value-{i}"))]);
            log.Roll();
            log.Append(("end", "1"));

            var result = await log.CompactAsync();

            log.Log.ReadBatches()[0].Header.Compression.ShouldBe(codec);
            result.BytesAfter.ShouldBeLessThan(result.BytesBefore);
            log.Read().ShouldBe([.. Enumerable.Range(180, 20).Select(static i => $"{i} key-{i % 20}=value-{i}"), "200 end=1"]);
        }
    }
}
