using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using TrackHub.Faults.Driving;
using TrackHub.Faults.Lab;
using TrackHub.Faults.Storage;
using TrackHub.Testing;
using Xunit.Abstractions;

namespace TrackHub.Faults.Scenarios;

/// <summary>Senders who mean harm, at the shipped ingress, while honest ones go on.</summary>
/// <remarks>In the lab with the shorter scenarios.</remarks>
[Collection(nameof(StorageLab))]
public sealed class HostileTests(StorageLab lab, ITestOutputHelper output)
{
    private const int Rate = 50;
    private const long MostGrowth = 100L << 20;

    // Kestrel's own objects are 9 KB an open connection; the rest is what was not collected yet.
    private const long MostPerConnection = 16L << 10;
    private static readonly int Idlers = FaultLab.IsFull ? 10_000 : 1_000;
    private static readonly int Breakers = FaultLab.IsFull ? 1_000 : 200;
    private static readonly int Drippers = FaultLab.IsFull ? 200 : 0;   // the short form is SlowSenderTests
    private static readonly TimeSpan Drip = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private string Process => $"/proc/{lab.Services.Pid(LabServices.Ingest).ToString(CultureInfo.InvariantCulture)}";

    [Fact]
    public async Task Idle_and_broken_connections_and_hostile_bodies_cost_bounded_memory_no_handle_and_no_honest_sender()
    {
        AreFilesEnough();
        await lab.Services.AreReadyAsync();
        await using var load = lab.StartLoad(Rate);
        await load.FlowsAsync();
        var (handles, memory) = (Handles(), Memory());

        var drips = Task.WhenAll(Enumerable.Range(0, Drippers).Select(DripAsync));
        var idle = new ConcurrentBag<TcpClient>();
        await Parallel.ForAsync(0, Idlers, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (n, cancelled) =>
        {
            var client = await ConnectAsync(cancelled);
            idle.Add(client);
            if (n % 2 is 0)
                await client.GetStream().WriteAsync("POST /track/cl"u8.ToArray(), cancelled);
        });
        await Parallel.ForAsync(0, Breakers, async (_, cancelled) =>
        {
            using var client = await ConnectAsync(cancelled);
            await client.GetStream().WriteAsync("POST /track/click?k=x HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n{\"a\":"u8.ToArray(), cancelled);
            client.LingerState = new(enable: true, seconds: 0);
        });
        (await SendHostileBodiesAsync()).ShouldBeSubsetOf([HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.UnsupportedMediaType]);
        await load.FlowsAsync();

        (Memory() - memory).ShouldBeLessThan(MostGrowth + (Idlers * MostPerConnection));
        await drips.WaitAsync(Patience);   // each was let go
        foreach (var client in idle)
            client.Dispose();
        // On a busy machine the honest senders' pool grew as well, and keeps for a minute what it needs no more.
        await Eventually.Holds(() => Handles() < handles + 64, 3 * Patience);
        await load.StopAsync();   // all acked
        load.OddAnswers.ShouldBeEmpty();
        var slow = load.Events.Select(static sent => sent.Latency.TotalMilliseconds).Order().ToList();
        output.WriteLine($"{slow.Count} honest events: p50 {slow[slow.Count / 2]:0.0} ms, p99 {slow[(int)(slow.Count * 0.99)]:0.0} ms, longest {slow[^1]:0.0} ms");
    }

    [Fact]
    public async Task A_sale_caught_and_sent_a_hundred_times_while_its_secret_is_rotated_reaches_Meta_once_and_its_receipts_can_be_explained()
    {
        await lab.Services.AreReadyAsync();
        var brand = await LabBrand.AddAsync(lab.Machine, "loja-replay", "2000000000019");
        await Eventually.Holds(async () => (await SaleStream.SendAsync(brand, "probe", 0, 1, Rate))[0].Status is 200, Patience);
        var connection = JsonDocument.Parse((await RunAsync("connections", "list", "--brand", brand.Name, "--json")).Output).RootElement.GetProperty("id").GetString()!;
        var (sale, caught) = Gateway.Sale(brand, new(1, "replay"));
        var next = brand with { WebhookSecret = "next-" + brand.WebhookSecret };
        using var http = new HttpClient();
        (await http.SendAsync(Gateway.Click(brand, sale.Visitor).Request())).StatusCode.ShouldBe(HttpStatusCode.Accepted);   // or the sale waits for it

        var rotation = RunAsync("connections", "rotate", connection, "--secret", next.WebhookSecret);
        var receipts = new ConcurrentBag<Receipt?>();   // null: a busy machine's log took longer than the ingress waits, and the spool has it
        await Parallel.ForAsync(0, 100, async (_, _) => receipts.Add(await SellAsync(http, caught())));
        await rotation;
        await Eventually.Holds(async () => receipts.Add(await SellAsync(http, Gateway.Sale(next, new(1, "replay")).Request())), Patience);
        receipts.Add(await SellAsync(http, caught()));   // the overlap lasts a day
        using var mangled = await AnswerAsync(http, new(HttpMethod.Post, brand.Webhook) { Content = new StringContent($$"""{"token":"{{brand.WebhookSecret}}","code":"x"}""") });
        var unmapped = Receipt.Of(mangled.RootElement)?.ToString() ?? mangled.RootElement.GetProperty("event_id").GetString()!;

        receipts.Count.ShouldBe(102);
        receipts.OfType<Receipt>().ShouldBeUnique();
        output.WriteLine($"{receipts.Count(static place => place is null)} of {receipts.Count} answered by the spool");
        await Eventually.Holds(async () => (await EndsAsync(sale.EventId)).ShouldBe(["delivered 1", "duplicate 101"]), Patience);
        using var arrived = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{lab.Machine.PortBase + 2}/_sim/events?event_id={sale.EventId}")));
        arrived.RootElement.GetProperty("raw").GetInt32().ShouldBe(1);
        (await RunAsync("explain", receipts.OfType<Receipt>().FirstOrDefault()?.ToString() ?? sale.EventId)).Output.ShouldContain(sale.Visitor.SaleId);
        await Eventually.Holds(async () => (await RunAsync("explain", unmapped)).Output.ShouldContain("is a dead letter"), Patience);
    }

    // A byte a second, of the headers or of the body, until the ingress lets go.
    private async Task DripAsync(int number)
    {
        using var client = await ConnectAsync(CancellationToken.None);
        var stream = client.GetStream();
        var ended = stream.ReadAsync(new byte[1024]).AsTask();
        try
        {
            await stream.WriteAsync(number % 2 is 0 ? "POST /track/cl"u8.ToArray() : "POST /track/click?k=x HTTP/1.1\r\nHost: a\r\nContent-Length: 200\r\n\r\n"u8.ToArray());
            while (await Task.WhenAny(ended, Task.Delay(Drip)) != ended)
                await stream.WriteAsync("a"u8.ToArray());
            await ended;
        }
        catch (IOException)
        {
            // Reset: let go as well.
        }
    }

    // Both ends of a connection are files, of two processes. The runtime has raised the soft limit to the hard one.
    private static void AreFilesEnough()
    {
        var hard = File.ReadLines("/proc/self/limits").First(static line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
        (hard == "unlimited" || long.Parse(hard, CultureInfo.InvariantCulture) >= Idlers + 1_000).ShouldBeTrue(
            $"{Idlers} connections need {Idlers + 1_000} open files, and the hard limit is {hard}. Remedy: as root `ulimit -Hn 65536`, or LimitNOFILE=65536 of the unit, then call again.");
    }

    private async Task<TcpClient> ConnectAsync(CancellationToken cancelled)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, lab.Machine.PortBase, cancelled);
        return client;
    }

    private async Task<IReadOnlyList<HttpStatusCode>> SendHostileBodiesAsync()
    {
        var brand = lab.Brands[0];
        var (track, webhook) = (new Uri(brand.Webhook, $"/track/click?k={brand.ServerKey}"), brand.Webhook);
        string[] bodies =
        [
            new('[', 250_000), $"[0{string.Concat(Enumerable.Repeat(",0", 120_000))}]", new(' ', 262_145), "{\"a\":1,\"a\":2}", "{\"a\":1e999", "\0",
        ];
        using var http = new HttpClient();
        var answers = new ConcurrentBag<HttpStatusCode>();
        await Parallel.ForAsync(0, 20 * bodies.Length, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (n, cancelled) =>
        {
            foreach (var address in new[] { track, webhook })
            {
                using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(bodies[n % bodies.Length]));
                if (n % 7 is 0)
                    content.Headers.ContentEncoding.Add("gzip");
                using var answer = await http.PostAsync(address, content, cancelled);
                answers.Add(answer.StatusCode);
            }
        });
        return [.. answers.Distinct()];
    }

    private static async Task<Receipt?> SellAsync(HttpClient http, HttpRequestMessage request)
    {
        using var answer = await AnswerAsync(http, request);
        return Receipt.Of(answer.RootElement);
    }

    private static async Task<JsonDocument> AnswerAsync(HttpClient http, HttpRequestMessage request)
    {
        using (request)
        {
            using var answer = await http.SendAsync(request);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            return JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        }
    }

    private async Task<IReadOnlyList<string>> EndsAsync(string eventId)
    {
        await using var command = lab.Postgres.CreateCommand("""
            select state || ' ' || count(*) from
                (select distinct on (ingest_id, destination) state from event_outcomes where event_id = $1 order by ingest_id, destination, revision desc) ends
            group by state order by state
            """);
        command.Parameters.Add(new() { Value = eventId });
        await using var rows = await command.ExecuteReaderAsync();
        var ends = new List<string>();
        while (await rows.ReadAsync())
            ends.Add(rows.GetString(0));
        return ends;
    }

    private async Task<CommandResult> RunAsync(params string[] command)
    {
        var result = await lab.Machine.RunAsync(command);
        result.Code.ShouldBe(0, result.All);
        return result;
    }

    private int Handles() => Directory.GetFileSystemEntries($"{Process}/fd").Length;

    private long Memory()
    {
        var line = File.ReadLines($"{Process}/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6).TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) * 1024;
    }
}
