using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Matching.Consents;
using TrackHub.Matching.Deciding;
using TrackHub.Matching.Orders;
using TrackHub.Matching.Windows;
using TrackHub.Schemas;

namespace TrackHub.Load.Matching;

/// <summary>
/// What the matcher's work costs without its thinking: records are read raw and not decoded, and for each batch the stores the matcher uses run the commands it
/// would run, with arguments made before. Nothing is judged, opened, sealed or produced.
/// </summary>
internal sealed class MatchingFloor(MatchingLab lab, IReadOnlyList<TrackedEvent> events)
{
    private static readonly TimeSpan Window = TimeSpan.FromDays(7);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly WindowStore _windows = lab.Services.GetRequiredService<WindowStore>();
    private readonly OrderStore _orders = lab.Services.GetRequiredService<OrderStore>();
    private readonly ConsentStore _consents = lab.Services.GetRequiredService<ConsentStore>();

    /// <summary>Clicks: each one's record and members are written, in the matcher's batches.</summary>
    /// <param name="from">First offset of them in each partition.</param>
    /// <param name="batchSize">The matcher's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteClicksAsync(IReadOnlyList<TopicPartitionOffset> from, int batchSize, CancellationToken cancellationToken)
    {
        var prepared = events.Select(click => (
            Entries: WindowEntries.Of(click).Select(static entry => (entry, Window)).ToArray(), Key: WindowKeys.Record(click.BrandId, Guid.Parse(click.IngestId)), HappenedAt: click.EventTime)).ToArray();
        Start();
        await ReadAsync(from, batchSize, async (values, done) =>
        {
            // Whose record it is does not matter: each click's commands run once, with a value of the right size.
            var part = prepared.AsSpan(done, values.Count).ToArray();
            await _windows.WriteAsync(
                [.. part.SelectMany(static p => p.Entries)], [.. part.Select((p, i) => new WindowRecord(p.Key, values[i], p.HappenedAt, Window))], cancellationToken);
        });
    }

    /// <summary>Sales: windows and records are read, consents asked, orders peeked, locked and written, in the matcher's batches.</summary>
    public async Task MatchSalesAsync(
        IReadOnlyList<TopicPartitionOffset> from, IReadOnlyList<TrackedEvent> clicks, int batchSize, CancellationToken cancellationToken)
    {
        var prepared = events.Zip(clicks).Select(static pair => (
            Key: new OrderKey(pair.First.BrandId, "floor", pair.First.Sale!.SaleId!),
            IngestId: Guid.Parse(pair.First.IngestId),
            Windows: WindowsOf(pair.First),
            Record: WindowKeys.Record(pair.Second.BrandId, Guid.Parse(pair.Second.IngestId)),
            Subjects: (IReadOnlyList<ConsentSubject>)[.. ConsentSubject.Of(pair.First), .. ConsentSubject.Of(pair.Second)])).ToArray();
        Start();
        await ReadAsync(from, batchSize, async (values, done) =>
        {
            var part = prepared.AsSpan(done, values.Count).ToArray();
            OrderKey[] keys = Array.ConvertAll(part, static p => p.Key);
            Guid[] ids = Array.ConvertAll(part, static p => p.IngestId);
            var orders = await _orders.PeekAsync(keys, ids, cancellationToken);
            await _windows.ReadAsync([.. part.SelectMany(static p => p.Windows)], cancellationToken);
            await _windows.ReadRecordsAsync(Array.ConvertAll(part, static p => p.Record), cancellationToken);
            await _consents.FindAsync(Array.ConvertAll(part, static p => p.Subjects), cancellationToken);
            await using var transaction = await _orders.LockAsync(keys, [], cancellationToken);
            var revisions = new List<(OrderKey, OrderRevision)>(part.Length);
            for (var i = 0; i < part.Length; i++)
            {
                var order = orders[keys[i]];
                (order.State, order.Revision, order.Matched, order.FirstSeen) = (SaleKind.Approved, 1, values[i], TimeProvider.System.GetUtcNow());
                revisions.Add((keys[i], new(events[done + i].IngestId, SaleKind.Approved, 1) { Outcome = values[i] }));
            }

            await transaction.CommitAsync([.. orders.Values], revisions, cancellationToken);
        });
    }

    /// <summary>When the first record was asked for: what is prepared before does not count.</summary>
    public long Started { get; private set; }

    private void Start() => Started = TimeProvider.System.GetTimestamp();

    private async Task ReadAsync(IReadOnlyList<TopicPartitionOffset> from, int batchSize, Func<List<byte[]>, int, Task> runAsync)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = lab.Bootstrap,
            GroupId = "load-floor",
            EnableAutoCommit = false,
        }).SetLogHandler(static (_, _) => { }).Build();
        consumer.Assign(from);
        var done = 0;
        while (done < events.Count)
        {
            var values = new List<byte[]>(batchSize);
            while (values.Count < Math.Min(batchSize, events.Count - done))
            {
                if (consumer.Consume(Poll) is { } record)
                    values.Add(record.Message.Value);
            }

            await runAsync(values, done);
            done += values.Count;
        }
    }

    private static WindowKey[] WindowsOf(TrackedEvent sale) =>
    [
        WindowKeys.Window(sale.BrandId, Signal.ClickId, WindowKeys.IndexOf(sale.ClickId!)),
        WindowKeys.Window(sale.BrandId, Signal.Email, sale.Keys.Email!),
        WindowKeys.Window(sale.BrandId, Signal.Phone, sale.Keys.Phone!),
    ];
}
