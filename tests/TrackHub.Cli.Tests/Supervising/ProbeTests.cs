using System.Net;
using System.Net.Sockets;
using TrackHub.Cli.Supervising;

namespace TrackHub.Cli.Tests.Supervising;

public sealed class ProbeTests
{
    [Theory]
    [InlineData(30, null)]
    [InlineData(1, "within 1 s")]
    public async Task A_service_that_is_slow_to_answer_serves_for_who_waits(int limitSeconds, string? fault)
    {
        using var slow = new TcpListener(IPAddress.Loopback, 0);
        slow.Start();
        var answering = AnswerAsync(slow, TimeSpan.FromSeconds(3));

        var reason = await MachineServices.ProbeReadyAsync(((IPEndPoint)slow.LocalEndpoint).Port, TimeSpan.FromSeconds(limitSeconds), default);

        if (fault is null)
            reason.ShouldBeNull();
        else
            reason.ShouldNotBeNull().ShouldContain(fault);
        await answering;
    }

    private static async Task AnswerAsync(TcpListener listener, TimeSpan after)
    {
        using var caller = await listener.AcceptSocketAsync();
        await Task.Delay(after);
        try
        {
            await caller.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        }
        catch (SocketException)
        {
            // Who asked has gone.
        }
    }
}
