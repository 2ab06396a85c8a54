using System.Diagnostics;
using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Verdicts;
using TrackHub.Platform.Streams;

namespace TrackHub.Dispatch.Calling;

/// <summary>
/// Spans of one call: each sampled event's <c>deliver</c> in its own trace. The request itself can lie in one trace only, that of the first sampled event; the
/// others link to it. Nothing is made where no event is sampled.
/// </summary>
internal readonly struct CallSpans : IDisposable
{
    private readonly List<Activity>? _spans;

    private CallSpans(List<Activity>? spans) => _spans = spans;

    /// <summary>Starts the spans; the first one is current until they end.</summary>
    /// <param name="events">Events of the call.</param>
    /// <param name="batchId">Id of the call, as in <c>dispatch_attempts</c>.</param>
    public static CallSpans Start(IReadOnlyList<ClaimedEvent> events, string batchId)
    {
        List<Activity>? spans = null;
        foreach (var claimed in events)
        {
            var (ready, link) = (claimed.Event.Ready, spans?[0].Context ?? default);
            if (RecordTrace.StartChild(claimed.Event.Record, $"deliver {ready.EventName}", link) is not { } span)
                continue;

            (spans ??= []).Add(span.SetTag("trackhub.brand", ready.BrandId).SetTag("trackhub.pixel", ready.PixelId).SetTag("trackhub.batch_id", batchId)
                .SetTag("trackhub.attempt", claimed.Row.Attempt).SetTag("messaging.batch.message_count", events.Count));
        }

        if (spans is not null)
            Activity.Current = spans[0];
        return new(spans);
    }

    /// <summary>Says what came of the call.</summary>
    public void Answered(Ruling ruling, MetaAnswer answer)
    {
        foreach (var span in _spans ?? [])
        {
            span.SetTag("trackhub.outcome", ruling.Outcome.ToString().ToLowerInvariant()).SetTag("http.response.status_code", answer.HttpStatus);
            if (ruling.Verdict is not Verdict.Delivered)
                span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", ruling.Reason);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var span in _spans ?? [])
            RecordTrace.End(span);
    }
}
