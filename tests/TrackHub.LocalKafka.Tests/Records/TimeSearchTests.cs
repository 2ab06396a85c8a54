using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Records;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Tests.Records;

/// <summary>The first record at or after a time, by comparison with a list of all records.</summary>
public sealed class TimeSearchTests : IDisposable
{
    private static readonly Gen<(long[] Times, int Codec)> Batch =
        from size in Gen.Choose(1, 8)
        from times in Gen.Choose(0, 200).Select(static time => (long)time).ArrayOf(size)
        from codec in Gen.Choose(0, 4)
        select (times, codec);

    private readonly string _directory = Directory.CreateTempSubdirectory("times-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Any_time_finds_the_first_record_at_or_after_it_whatever_the_order_of_times_and_the_codec() =>
        Prop.ForAll(Batch.ArrayOf(12).ToArbitrary(), batches =>
        {
            using var log = Open(("segment.bytes", "1024"));
            foreach (var (times, codec) in batches)
                log.Append(TestBatch.Encode([.. times.Select(static time => new TestRecord("key", "value", time))], codec));
            var records = batches.SelectMany(static batch => batch.Times).Select(static (time, offset) => (time, (long)offset)).ToList();

            for (var time = -1L; time <= 201; time++)
                TimeSearch.FirstAtOrAfter(log, time, TestBatch.Codecs).ShouldBe(records.Select(At).FirstOrDefault(record => record!.Value.Item1 >= time));
            TimeSearch.FirstAtOrAfter(log, log.MaxTimestamp, TestBatch.Codecs).ShouldBe(At(records.MaxBy(static record => record.time)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_head_that_promises_a_later_time_than_its_records_have_does_not_stop_the_search()
    {
        using var log = Open();
        var lying = TestBatch.Encode([new TestRecord("key", "value", UnixMs: 10)]);
        BatchHeader.TryRead(lying, out var header).ShouldBeTrue();
        (header with { MaxTimestamp = 1000 }).Write(lying);
        log.Append(lying);
        log.Append(TestBatch.Encode("value", unixMs: 20));

        TimeSearch.FirstAtOrAfter(log, 15, TestBatch.Codecs).ShouldBe((20, 1));
        TimeSearch.FirstAtOrAfter(log, 30, TestBatch.Codecs).ShouldBeNull();
    }

    [Fact]
    public void An_opaque_batch_is_answered_with_its_first_record()
    {
        using var log = Open();
        log.Append(TestBatch.Encode([new TestRecord("a", "1", 10), new TestRecord("b", "2", 20)], codec: 3));
        var codecs = new RecordCodecs(NullLogger.Instance, []);

        TimeSearch.FirstAtOrAfter(log, 20, codecs).ShouldBe((10, 0));
        TimeSearch.FirstAtOrAfter(log, 21, codecs).ShouldBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Append_time_is_the_time_of_all_records_of_a_batch(int codec)
    {
        var clock = new ManualClock();
        using var log = Open(clock, ("message.timestamp.type", "LogAppendTime"));
        log.Append(TestBatch.Encode([new TestRecord("a", "1", 10), new TestRecord("b", "2", 20)], codec));
        clock.Advance(TimeSpan.FromSeconds(1));
        log.Append(TestBatch.Encode([new TestRecord("c", "3", 5)], codec));

        TimeSearch.FirstAtOrAfter(log, 0, TestBatch.Codecs).ShouldBe((clock.NowMs - 1000, 0));
        TimeSearch.FirstAtOrAfter(log, clock.NowMs - 999, TestBatch.Codecs).ShouldBe((clock.NowMs, 2));
        TimeSearch.FirstAtOrAfter(log, clock.NowMs + 1, TestBatch.Codecs).ShouldBeNull();
    }

    private static (long, long)? At((long, long) record) => record;

    private PartitionLog Open(params (string Name, string Value)[] settings) => Open(new ManualClock(), settings);

    private PartitionLog Open(TimeProvider clock, params (string Name, string Value)[] settings)
    {
        var config = new TopicConfig(settings.ToDictionary(static setting => setting.Name, static setting => setting.Value));
        return new PartitionLog(Path.Combine(_directory, Guid.NewGuid().ToString("N")), () => config, clock, NullLogger.Instance);
    }
}
