using TrackHub.Cli.Demo.Check;
using TrackHub.Cli.Demo.Plan;
using TrackHub.Cli.Demo.Play;
using TrackHub.Platform.Streams;

namespace TrackHub.Cli.Tests.Demo;

/// <summary>A plan, and what a system that does everything right makes of it.</summary>
internal static class DemoWorld
{
    public static readonly DateTimeOffset At = new(2026, 9, 10, 17, 0, 0, TimeSpan.Zero);

    public static readonly DemoTarget Target = new(
        "br_demo", "px_demo", "thw_br_demo_browser", "ths_br_demo_server",
        new[] { "kiwify", "hotmart", "perfectpay" }.ToDictionary(static g => g, static g => ($"/webhooks/{g}/connection-{g}", $"secret-of-{g}-0123456789")));

    public static IReadOnlyList<PlannedItem> Plan(int seed = 1, int requests = 400, string run = "run00001") => DemoPlan.Make(new(seed, requests, run, At), Target);

    /// <summary>Everything as planned.</summary>
    public static Observation AsPlanned(IReadOnlyList<PlannedItem> plan)
    {
        var sent = new List<SentItem>();
        var logged = new List<LoggedEvent>();
        var ends = new Dictionary<string, IReadOnlyList<SeenEnd>>();
        var books = new Dictionary<string, IReadOnlyList<SeenEnd>>();
        var conversions = new Dictionary<string, SeenConversion>();
        var arrivals = new List<Arrival>();
        var dead = new HashSet<string>();
        foreach (var item in plan)
        {
            var receipts = new List<SentReceipt>();
            foreach (var e in item.Events)
            {
                var ingestId = $"ingest-{books.Count}";
                var coordinates = new RecordCoordinates(e.EventId is null ? "dead-letters" : "any", 0, books.Count);
                receipts.Add(new(e.EventId ?? ingestId, coordinates));
                if (e.EventId is null)
                    dead.Add(ingestId);
                else
                    logged.Add(new(coordinates, ingestId, e.EventId, e.Kind));
                books[ingestId] = [new(e.Destination, e.State, e.Reason)];
                if (e.Kind is not ("click" or "page_view" or "identify" or "consent"))
                    ends[ingestId] = books[ingestId];
                if (e.Stage is not null)
                    conversions[ingestId] = new(e.Stage, e.Arrival is not null);
                if (e.Arrival is { } a)
                    arrivals.Add(new(a.EventName, a.EventId, a.Value, a.Currency, At));
            }

            sent.Add(new(item, item.Answer.Status, item.Answer.Code, receipts, Attempts: 1, Unsure: 0, TimeSpan.FromMilliseconds(3)));
        }

        return new()
        {
            Sent = sent,
            Logged = logged,
            Ends = ends,
            Books = books,
            DeadLetters = dead,
            Conversions = conversions,
            Arrivals = arrivals,
            StartedAt = At,
        };
    }
}
