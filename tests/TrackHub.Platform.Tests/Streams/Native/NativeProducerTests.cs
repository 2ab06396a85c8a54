using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Confluent.Kafka;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Streams.Native;
using TrackHub.Testing;

namespace TrackHub.Platform.Tests.Streams.Native;

/// <summary>Against the mock broker inside librdkafka, and against none.</summary>
public sealed class NativeProducerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ReportSlots _slots = new();
    private readonly StreamMetrics _metrics = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
    private readonly ConcurrentQueue<Error> _errors = new();
    private readonly List<NativeProducer> _open = [];

    public void Dispose()
    {
        _open.ForEach(static producer => producer.Close(TimeSpan.Zero));
        _metrics.Dispose();
    }

    [Fact]
    public async Task It_calls_the_very_library_that_Confluent_Kafka_loaded()
    {
        await OneRecordAsync(Mock());

        File.ReadLines("/proc/self/maps").Where(static line => line.EndsWith("librdkafka.so", StringComparison.Ordinal))
            .Select(static line => line[line.IndexOf('/')..]).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Every_record_is_reported_once_and_to_its_own_sink_and_no_slot_is_left()
    {
        const int Each = 25_000;
        var producer = Mock();
        Sink[] sinks = [new(_slots, Each), new(_slots, Each), new(_slots, Each), new(_slots, Each)];

        await Parallel.ForEachAsync(sinks, async (sink, end) =>
        {
            for (var i = 0; i < Each; i++)
            {
                while (Send(producer, sink.Token, $"{i}") is ErrorCode.Local_QueueFull)
                    await Task.Delay(1, end);
            }
        });
        await Task.WhenAll(sinks.Select(static sink => sink.All)).WaitAsync(Patience);

        sinks.SelectMany(static sink => sink.Reports).ShouldAllBe(static report => report.IsPersisted);
        sinks.SelectMany(static sink => sink.Reports).Select(static report => (report.Partition, report.Offset)).Distinct().Count().ShouldBe(4 * Each);
        Array.ForEach(sinks, sink => _slots.Return(sink.Token));
        _slots.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Acks_complete_once_each_whatever_comes_between()
    {
        // One broker for all runs: what one left behind would meet the next.
        var producer = Mock(("queue.buffering.max.messages", "50"));
        var acks = new AckPool(_slots, _metrics, TimeProvider.System);
        var seen = new HashSet<RecordCoordinates>();

        var limits = ArbMap.Default.ArbFor<byte[]>();
        await Task.Run(() => Prop.ForAll(limits, moves => RunAsync(moves).GetAwaiter().GetResult()).QuickCheckThrowOnFailure());

        async Task RunAsync(byte[] moves)
        {
            var waits = new List<Task<RecordCoordinates>>();
            foreach (var move in moves)
            {
                // Limits around the time an acknowledgement takes, and far above; values around what the queue holds.
                var ack = acks.Take("topic", span: null, move % 3 is 0 ? TimeSpan.FromMilliseconds(move % 7) : Patience);
                if (producer.Produce("topic", [move], new byte[move * 4], new(), null, ack.Token, out _) is ErrorCode.NoError)
                    waits.Add(ack.Completion.AsTask());
                else
                    ack.Abandon(LogFault.QueueFull);
            }

            foreach (var wait in waits)
            {
                try
                {
                    seen.Add(await wait).ShouldBeTrue("no two records have one place");
                }
                catch (LogUnavailableException late)
                {
                    late.Reason.ShouldBe(LogFault.TimedOut);
                }
            }
        }
    }

    [Fact]
    public async Task A_full_queue_refuses_and_keeps_nothing_of_the_record()
    {
        var producer = Away(("queue.buffering.max.messages", "3"));
        var sink = new Sink(_slots, 3);

        var answers = Enumerable.Range(0, 10).Select(i => Send(producer, sink.Token, $"{i}")).ToList();
        producer.Close(TimeSpan.Zero);
        _open.Clear();
        await sink.All.WaitAsync(Patience);

        answers.Count(static answer => answer is ErrorCode.NoError).ShouldBe(3);
        answers.Count(static answer => answer is ErrorCode.Local_QueueFull).ShouldBe(7);
        sink.Reports.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_record_that_cannot_be_sent_in_its_time_is_reported()
    {
        var producer = Away(("message.timeout.ms", "50"));
        var sink = new Sink(_slots, 1);

        Send(producer, sink.Token, "late").ShouldBe(ErrorCode.NoError);
        await sink.All.WaitAsync(Patience);

        sink.Reports.Single().ShouldBe(new DeliveryReport(false, sink.Reports.Single().Partition, sink.Reports.Single().Offset, ErrorCode.Local_MsgTimedOut));
    }

    [Fact]
    public async Task Closing_reports_what_is_given_up_and_afterwards_nothing_is_taken()
    {
        var producer = Away();
        var sink = new Sink(_slots, 20);
        for (var i = 0; i < 20; i++)
            Send(producer, sink.Token, $"{i}").ShouldBe(ErrorCode.NoError);

        producer.Close(TimeSpan.FromMilliseconds(10));
        _open.Clear();
        await sink.All.WaitAsync(Patience);

        sink.Reports.ShouldAllBe(static report => !report.IsPersisted && report.Error == ErrorCode.Local_PurgeQueue);
        sink.IsLost.ShouldBeTrue();
        Send(producer, sink.Token, "after").ShouldBe(ErrorCode.Local_Destroy);
    }

    [Fact]
    public async Task Records_that_race_with_closing_are_reported_lost_or_refused()
    {
        for (var round = 0; round < 5; round++)
        {
            var producer = Mock();
            var acks = new AckPool(_slots, _metrics, TimeProvider.System);
            var sending = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                var waits = new List<Task>();
                while (true)
                {
                    var ack = acks.Take("topic", span: null, Timeout.InfiniteTimeSpan);
                    var answer = producer.Produce("topic", "key"u8, "value"u8, new(), null, ack.Token, out var _);
                    if (answer is ErrorCode.NoError)
                        waits.Add(ack.Completion.AsTask());
                    else
                        ack.Abandon(LogFault.Away);
                    if (answer is ErrorCode.Local_Destroy)
                        return waits;
                }
            })).ToList();

            await OneRecordAsync(producer);
            producer.Close(TimeSpan.FromMilliseconds(5));
            _open.Clear();

            foreach (var wait in (await Task.WhenAll(sending)).SelectMany(static waits => waits))
                await Task.WhenAny(wait).WaitAsync(Patience);
        }
    }

    [Fact]
    public async Task A_fatal_error_is_told_as_such_and_refuses_what_comes()
    {
        var producer = Mock();
        await OneRecordAsync(producer);

        FatalErrors.Raise(producer);
        await Eventually.Holds(() => _errors.Any(static error => error.IsFatal));

        _errors.First(static error => error.IsFatal).Code.ShouldBe(ErrorCode.OutOfOrderSequenceNumber);
        producer.Produce("topic", default, default, new(), null, token: 0, out var isFatal).ShouldBe(ErrorCode.OutOfOrderSequenceNumber);
        isFatal.ShouldBeTrue();
    }

    [Theory]
    [InlineData("no.such.property", "1", "no.such.property")]
    [InlineData("acks", "many", "acks")]
    public void A_setting_that_the_library_refuses_is_named(string name, string value, string named) =>
        Should.Throw<InvalidOperationException>(() => Away((name, value))).Message.ShouldContain(named);

    [Fact]
    public void A_broker_that_is_away_is_told_and_connecting_ends_in_time()
    {
        var producer = Away();

        Should.Throw<KafkaException>(() => producer.Connect("topic", TimeSpan.FromMilliseconds(50)));
    }

    private static ErrorCode Send(NativeProducer producer, nint token, string text) =>
        producer.Produce("topic", Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(text), new RecordHeaders().Brand("brd"), null, token, out _);

    private async Task OneRecordAsync(NativeProducer producer)
    {
        var sink = new Sink(_slots, 1);
        Send(producer, sink.Token, "one").ShouldBe(ErrorCode.NoError);
        await sink.All.WaitAsync(Patience);
        sink.Reports.Single().IsPersisted.ShouldBeTrue();
    }

    private NativeProducer Mock(params (string Name, string Value)[] settings) => Open([("test.mock.num.brokers", "1"), .. settings]);

    private NativeProducer Away(params (string Name, string Value)[] settings) => Open([("bootstrap.servers", "127.0.0.1:1"), .. settings]);

    private NativeProducer Open((string Name, string Value)[] settings)
    {
        (string Name, string Value)[] all = [("enable.idempotence", "true"), ("linger.ms", "1"), .. settings];
        var producer = new NativeProducer(
            all.Select(static setting => KeyValuePair.Create(setting.Name, setting.Value)), _slots, _errors.Enqueue, NullLogger.Instance);
        _open.Add(producer);
        return producer;
    }

    private sealed class Sink : IReportSink
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly int _count;

        public Sink(ReportSlots slots, int count) => (_count, Token) = (count, slots.Take(this));

        public nint Token { get; }

        // Written by the report thread alone, read once all are in.
        public List<DeliveryReport> Reports { get; } = [];

        public Task All => _all.Task;

        public bool IsLost { get; private set; }

        public void Report(in DeliveryReport report)
        {
            Reports.Add(report);
            if (Reports.Count == _count)
                _all.SetResult();
        }

        public void Lose() => IsLost = true;
    }
}
