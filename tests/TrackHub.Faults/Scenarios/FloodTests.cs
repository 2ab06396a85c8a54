using System.Net;
using System.Net.Sockets;
using System.Text;
using TrackHub.Faults.Driving;
using TrackHub.Faults.Lab;
using TrackHub.Faults.Storage;
using TrackHub.Testing;

namespace TrackHub.Faults.Scenarios;

/// <summary>Connections that never pause, at the shipped ingress. In the lab with the shorter scenarios.</summary>
[Collection(nameof(StorageLab))]
public sealed class FloodTests(StorageLab lab)
{
    private const int Flooders = 8;
    private const int Honest = 16;
    private const int ClicksEach = 5;
    private const long Underway = 1L << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private long _answered;   // bytes

    [Fact]
    public async Task Who_sends_without_a_pause_what_is_refused_at_once_holds_up_no_honest_sender()
    {
        await lab.Services.AreReadyAsync();
        var brand = await LabBrand.AddAsync(lab.Machine, "loja-flood", "2000000000029");   // its own: the others' events are all accounted for
        using (var probe = new HttpClient())
            await Eventually.Holds(async () => await ClickAsync(probe, brand, Honest * ClicksEach, CancellationToken.None) is HttpStatusCode.Accepted, Patience);
        var refused = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 1_000)));
        using var enough = new CancellationTokenSource();
        var floods = Enumerable.Range(0, Flooders).Select(_ => Task.Run(() => FloodAsync(refused, enough.Token), CancellationToken.None)).ToList();
        await Eventually.Holds(() => Interlocked.Read(ref _answered) > Underway, Patience);

        // Several connections: whichever thread each is served by.
        var accepted = 0;
        await Parallel.ForAsync(0, Honest, async (sender, cancelled) =>
        {
            using var http = new HttpClient { Timeout = Patience };
            for (var number = sender * ClicksEach; number < (sender + 1) * ClicksEach; number++)
            {
                while (await ClickAsync(http, brand, number, cancelled) is not HttpStatusCode.Accepted and var status)
                    status.ShouldBe(HttpStatusCode.ServiceUnavailable);   // two processors for both: an ack may come too late, and its sender comes again
                Interlocked.Increment(ref accepted);
            }
        }).WaitAsync(Patience);

        floods.ShouldAllBe(static flood => !flood.IsCompleted);   // all the while
        await enough.CancelAsync();
        await Task.WhenAll(floods);
        accepted.ShouldBe(Honest * ClicksEach);
    }

    private static async Task<HttpStatusCode> ClickAsync(HttpClient http, LabBrand brand, int number, CancellationToken cancelled)
    {
        using var answer = await http.SendAsync(Gateway.Click(brand, new(number, "flood")).Request(), cancelled);
        return answer.StatusCode;
    }

    // Until enough; who is cut off comes again.
    private async Task FloodAsync(byte[] requests, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, lab.Machine.PortBase, CancellationToken.None);
            try
            {
                await Task.WhenAll(SendAllAsync(client.GetStream(), requests, enough), ReadAllAsync(client.GetStream(), enough));
            }
            catch (Exception end) when (end is IOException or OperationCanceledException)
            {
                // Cut off, or enough.
            }
        }
    }

    private static async Task SendAllAsync(NetworkStream stream, byte[] requests, CancellationToken enough)
    {
        while (true)
            await stream.WriteAsync(requests, enough);
    }

    private async Task ReadAllAsync(NetworkStream stream, CancellationToken enough)
    {
        var answers = new byte[64 << 10];
        while (await stream.ReadAsync(answers, enough) is > 0 and var read)
            Interlocked.Add(ref _answered, read);
    }
}
