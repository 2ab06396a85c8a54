using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using TrackHub.Platform.Streams;

namespace TrackHub.Platform.Tests.Streams;

public sealed class RecordTraceTests : IDisposable
{
    private const string Sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string NotSampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly string _group = $"group-{Guid.NewGuid():N}";   // tests run beside each other
    private readonly ActivityListener _listener;

    public RecordTraceTests()
    {
        _listener = new()
        {
            ShouldListenTo = static source => source.Name == StreamMetrics.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void A_sampled_record_has_a_span_in_its_own_trace_and_what_follows_from_it_is_below_it()
    {
        var batch = RecordBatch.Of([Record(Sampled, 0), Record(NotSampled, 1), Record(traceParent: null, 2)]);

        RecordTrace.Begin(_group, batch);

        var span = batch[0].Span.ShouldNotBeNull();
        span.DisplayName.ShouldBe("process ingest-events");
        (span.TraceId.ToHexString(), span.ParentSpanId.ToHexString()).ShouldBe(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"));
        (batch[1].Span, batch[2].Span, Activity.Current).ShouldBe((null, null, null));
        Text(new RecordHeaders().Follow(batch[0])).ShouldBe(span.Id);
        Text(new RecordHeaders().Follow(batch[1])).ShouldBe(NotSampled);
        Text(new RecordHeaders().Follow(batch[2])).ShouldBeNull();

        RecordTrace.End(span, "given_back");
        span.Status.ShouldBe(ActivityStatusCode.Error);
        _ended.ShouldContain(span);
    }

    [Fact]
    public void The_send_of_a_sampled_record_is_a_span_that_the_record_carries()
    {
        var headers = new RecordHeaders().Brand("brd").Set(RecordHeaders.TraceParentName, Sampled);

        var span = RecordTrace.StartSend("conversions", headers).ShouldNotBeNull();

        span.ParentSpanId.ToHexString().ShouldBe("b7ad6b7169203331");
        Encoding.ASCII.GetString(headers.Sent(1, span).ToBytes()).ShouldBe(span.Id);
        Encoding.ASCII.GetString(headers.Sent(0, span).ToBytes()).ShouldBe("brd");
        Text(headers).ShouldBe(Sampled);   // sent again, it has the same parent again
        RecordTrace.End(span);
        RecordTrace.StartSend("conversions", new RecordHeaders().Set(RecordHeaders.TraceParentName, NotSampled)).ShouldBeNull();
    }

    [Fact]
    public void Shared_work_and_its_records_link_each_other()
    {
        var batch = RecordBatch.Of([Record(Sampled, 0), Record(NotSampled, 1)]);
        RecordTrace.StartShared("process batch", batch).ShouldBeNull();
        RecordTrace.Begin(_group, batch);
        var span = batch[0].Span!;

        using var shared = RecordTrace.StartShared("process batch", batch).ShouldNotBeNull();

        Activity.Current.ShouldBe(shared);
        shared.TraceId.ShouldNotBe(span.TraceId);
        shared.Links.ShouldHaveSingleItem().Context.ShouldBe(span.Context);
        span.Links.ShouldHaveSingleItem().Context.ShouldBe(shared.Context);
        RecordTrace.End(span);
        Activity.Current.ShouldBe(shared);
    }

    [Fact]
    public void Headers_that_many_records_share_give_each_a_trace_of_its_own()
    {
        var room = new byte[64];
        var written = Enumerable.Range(0, 100).Select(_ => Encoding.ASCII.GetString(RecordTrace.WriteOwn(room))).ToList();

        written.ShouldBeUnique();
        foreach (var own in written)
        {
            ActivityContext.TryParse(own, null, out var context).ShouldBeTrue(own);
            context.TraceFlags.ShouldBe(ActivityTraceFlags.None);
        }

        var headers = new RecordHeaders().Brand("brd").OwnTrace();
        headers.IsSampled.ShouldBeFalse();
        headers.Sent(1, send: null).IsOwnTrace.ShouldBeTrue();
        new RecordHeaders().Set("empty", []).Sent(0, send: null).IsOwnTrace.ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra-01")]
    public void A_header_that_is_no_trace_context_begins_nothing(string header)
    {
        var batch = RecordBatch.Of([Record(header, 0)]);

        RecordTrace.Begin(_group, batch);

        batch[0].Span.ShouldBeNull();
        batch[0].TraceId.ShouldBeNull();
    }

    [Fact]
    public void Records_that_are_not_sampled_cost_no_memory()
    {
        var batch = RecordBatch.Of([.. Enumerable.Range(0, 500).Select(static i => Record(i % 2 == 0 ? NotSampled : null, i))]);
        var headers = new RecordHeaders().Set(RecordHeaders.TraceParentName, NotSampled);
        RecordTrace.Begin(_group, batch);   // compiled
        RecordTrace.StartSend("conversions", headers);

        var before = GC.GetAllocatedBytesForCurrentThread();
        RecordTrace.Begin(_group, batch);
        for (var i = 0; i < 500; i++)
        {
            RecordTrace.StartSend("conversions", headers);
            RecordTrace.End(batch[i].Span);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static string? Text(RecordHeaders headers) => headers.TraceParentValue is { } value ? Encoding.ASCII.GetString(value) : null;

    private static StreamRecord Record(string? traceParent, long offset) => new()
    {
        Coordinates = new("ingest-events", 3, offset),
        Timestamp = default,
        KafkaHeaders = traceParent is null
            ? [new Header("brand", "brd"u8.ToArray())]
            : [new Header("brand", "brd"u8.ToArray()), new Header("traceparent", Encoding.ASCII.GetBytes(traceParent))],
    };
}
