using System.Net;
using TrackHub.Ingest.Tests.Http;

namespace TrackHub.Ingest.Tests.Hostile;

/// <summary>Senders who are slow, silent or gone: they are let go in time, and whoever sends as usual meanwhile does not notice.</summary>
public sealed class SlowSenderTests
{
    private const string Body = """{"session_id":"s","url":"https://a.example.com"}""";
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("TRACKHUB_TEST_FULL") == "1";
    private static readonly int Drippers = IsFull ? 200 : 40;
    private static readonly int Breakers = IsFull ? 1_000 : 100;
    private static readonly int Idlers = IsFull ? 5_000 : 200;   // both ends are in this process
    private static readonly TimeSpan Drip = TimeSpan.FromMilliseconds(200);
    private static readonly string Head = $"POST /track/click?k={World.BrowserKey} HTTP/1.1\r\nHost: a\r\nContent-Length: {Body.Length}\r\n\r\n";

    [Fact]
    public async Task Drips_of_headers_and_bodies_end_with_408_and_what_breaks_off_leaves_no_record()
    {
        await using var server = await IngestServer.StartAsync(
            ("Ingest:HeadersTimeout", "00:00:01"), ("Ingest:BodyRateGrace", "00:00:01.5"), ("Ingest:MinBodyBytesPerSecond", "1000"));

        var drips = Task.WhenAll(Enumerable.Range(0, Drippers).Select(n => DripAsync(server, n % 2 is 0 ? Head : Head + Body)));
        await Task.WhenAll(Enumerable.Range(0, Breakers).Select(_ => BreakOffAsync(server)));
        var honest = 0;
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!drips.IsCompleted && await pace.WaitForNextTickAsync())
        {
            (await server.TrackAsync("click", Body, World.ServerKey)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
            honest++;
        }

        (await drips).ShouldAllBe(static status => status == 408 || status == null);
        server.Log.Events.Count.ShouldBe(honest);
    }

    [Fact]
    public async Task Idle_connections_are_reaped_whether_they_ever_said_something_or_not()
    {
        await using var server = await IngestServer.StartAsync(("Ingest:KeepAliveTimeout", "00:00:01"));
        var idle = await Task.WhenAll(Enumerable.Range(0, Idlers).Select(async n =>
        {
            var connection = await RawConnection.OpenAsync(server);
            if (n % 2 is 0)
            {
                await connection.SendAsync(Head + Body);
                await connection.ReadAsync();
            }

            return connection;
        }));

        (await server.TrackAsync("click", Body, World.ServerKey)).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        foreach (var connection in idle)
        {
            (await connection.ReadAsync()).ShouldBeNull();   // the server says nothing and closes
            connection.Dispose();
        }
    }

    [Fact]
    public async Task Beyond_the_most_connections_a_new_one_is_closed_and_one_that_goes_makes_room()
    {
        await using var server = await IngestServer.StartAsync(("Ingest:MaxConnections", "16"));
        var open = new List<RawConnection>();
        for (var n = 0; n < 16; n++)
        {
            open.Add(await RawConnection.OpenAsync(server));
            await open[n].SendAsync(Head + Body);
            (await open[n].ReadAsync()).ShouldNotBeNull().Status.ShouldBe(202);
        }

        using (var refused = await RawConnection.OpenAsync(server))
        {
            await refused.SendAsync(Head + Body);
            (await refused.ReadAsync()).ShouldBeNull();
        }

        await open[0].SendAsync(Head + Body);
        (await open[0].ReadAsync()).ShouldNotBeNull().Status.ShouldBe(202);
        open[1].Dispose();
        await Testing.Eventually.Holds(async () =>
        {
            using var admitted = await RawConnection.OpenAsync(server);
            await admitted.SendAsync(Head + Body);
            return await admitted.ReadAsync() is { Status: 202 };
        });
        open.ForEach(static connection => connection.Dispose());
    }

    private static async Task<int?> DripAsync(IngestServer server, string request)
    {
        using var connection = await RawConnection.OpenAsync(server);
        var answer = connection.ReadAsync();
        // All of the headers at once where the body is to drip.
        var sent = request.Length > Head.Length ? Head.Length : 0;
        await connection.SendAsync(request[..sent]);
        using var pace = new PeriodicTimer(Drip);
        while (!answer.IsCompleted && sent < request.Length - 1 && await pace.WaitForNextTickAsync())
            await connection.SendAsync(request[sent++..sent]);
        return (await answer)?.Status;
    }

    private static async Task BreakOffAsync(IngestServer server)
    {
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendAsync(Head + Body[..10]);
        connection.Break();
    }
}
