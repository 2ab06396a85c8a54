using System.Net.Sockets;
using Microsoft.Extensions.Options;
using TrackHub.Dispatch.Calling;
using TrackHub.Dispatch.Verdicts;
using TrackHub.Platform.Tenants;

namespace TrackHub.Dispatch.Tests.Calling;

/// <summary>One call on the wire: what is said, and what is made of whatever comes back.</summary>
public sealed class MetaClientTests
{
    private const string Token = "EAAB-token-of-a-test";
    private static readonly Pixel Pixel = new("px_one", "brandone0001", "1000000000000001", new(Token), true, null, 1);

    [Fact]
    public async Task A_call_names_version_and_dataset_in_its_address_and_the_token_in_the_header_alone()
    {
        await using var server = new WireServer(static (socket, _) => WireServer.WriteAsync(socket, 200, """{"events_received":1}"""));

        var answer = await SendAsync(server.Address);

        answer.EventsReceived.ShouldBe(1);
        var request = server.Requests.ShouldHaveSingleItem();
        var (head, body) = (request.Split("\r\n\r\n")[0], request.Split("\r\n\r\n")[1]);
        head.Split("\r\n")[0].ShouldBe("POST /v25.0/1000000000000001/events HTTP/1.1");
        head.Split("\r\n")[1..].Select(static line => line.Split(": ")[0]).Order().ShouldBe(["Authorization", "Content-Length", "Content-Type", "Host"]);
        head.ShouldContain($"Authorization: Bearer {Token}");
        head.ShouldContain("Content-Type: application/json");
        body.ShouldBe("""{"data":[]}""");
        request.Split(Token).Length.ShouldBe(2, "the token stands in one place");
    }

    [Fact]
    public async Task Headers_of_an_answer_are_read_with_it()
    {
        await using var server = new WireServer(static (socket, _) => WireServer.WriteAsync(
            socket, 429, """{"error":{"code":4}}""", "Retry-After: 7", "X-App-Usage: {\"call_count\":80}", "X-Ad-Api-Version-Warning: gone"));

        var answer = await SendAsync(server.Address);

        (answer.HttpStatus, answer.Code, answer.RetryAfter, answer.Usage.Percent, answer.IsUpgraded).ShouldBe((429, 4, TimeSpan.FromSeconds(7), 80, true));
    }

    public static TheoryData<string, Func<Socket, CancellationToken, Task>, string, string> Outcomes() => new()
    {
        { "closed without an answer", static (socket, _) => EndAsync(socket), nameof(Transport.Broken), "no_answer" },
        { "reset", static (socket, _) => ResetAsync(socket), nameof(Transport.Broken), "no_answer" },
        { "broken off in its head", static (socket, _) => SendAsync(socket, "HTTP/1.1 200 OK\r\nContent-Le"), nameof(Transport.Broken), "no_answer" },
        { "broken off in its body", static (socket, _) => SendAsync(socket, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"events_rec"), nameof(Transport.Broken), "no_answer" },
        { "no HTTP", static (socket, _) => SendAsync(socket, "220 mail.example.com\r\n\r\n"), nameof(Transport.Broken), "no_answer" },
        { "longer than an answer is", static (socket, _) => WireServer.WriteAsync(socket, 200, new string(' ', 65 * 1024) + "{\"events_received\":1}"), nameof(Transport.Broken), "no_answer" },
        { "headers without end", static (socket, _) => SendAsync(socket, "HTTP/1.1 200 OK\r\nX: " + new string('x', 40 * 1024) + "\r\n\r\n"), nameof(Transport.Broken), "no_answer" },
        { "never", static (_, ended) => Task.Delay(Timeout.Infinite, ended), nameof(Transport.TimedOut), "timeout" },
        { "begun and never ended", static (socket, ended) => SendAsync(socket, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", ended), nameof(Transport.TimedOut), "timeout" },
        { "success without a count", static (socket, _) => WireServer.WriteAsync(socket, 200, """{"fbtrace_id":"x"}"""), nameof(Transport.Answered), "no_count" },
        { "success without a body", static (socket, _) => WireServer.WriteAsync(socket, 200, ""), nameof(Transport.Answered), "no_count" },
        { "success of junk", static (socket, _) => WireServer.WriteAsync(socket, 200, "<html>"), nameof(Transport.Answered), "no_count" },
        { "success of nothing", static (socket, _) => WireServer.WriteAsync(socket, 200, """{"events_received":0}"""), nameof(Transport.Answered), "none_received" },
    };

    [Theory]
    [MemberData(nameof(Outcomes))]
    public async Task Whatever_may_have_been_taken_is_of_unknown_outcome_and_goes_again(string name, Func<Socket, CancellationToken, Task> answers, string transport, string reason)
    {
        await using var server = new WireServer(answers);

        var answer = await SendAsync(server.Address, timeout: transport == nameof(Transport.TimedOut) ? TimeSpan.FromMilliseconds(100) : null);

        answer.Transport.ToString().ShouldBe(transport, name);
        VerdictTable.Rule(answer, 1).ShouldBe(new(Verdict.Retry, reason, OutcomeKnown: false), name);
    }

    [Fact]
    public async Task A_refused_connection_took_nothing()
    {
        Uri address;
        await using (var server = new WireServer(static (_, _) => Task.CompletedTask))
            address = server.Address;

        VerdictTable.Rule(await SendAsync(address), 1).ShouldBe(new(Verdict.Retry, "unreachable"));
    }

    [Fact]
    public async Task A_redirect_is_not_followed_with_the_token()
    {
        await using var elsewhere = new WireServer(static (socket, _) => WireServer.WriteAsync(socket, 200, """{"events_received":1}"""));
        await using var server = new WireServer((socket, _) => WireServer.WriteAsync(socket, 307, "", $"Location: {elsewhere.Address}"));

        VerdictTable.Rule(await SendAsync(server.Address), 1).ShouldBe(new(Verdict.Retry, "unknown_error"));

        elsewhere.Requests.ShouldBeEmpty();
    }

    private static async Task<MetaAnswer> SendAsync(Uri address, TimeSpan? timeout = null)
    {
        // So long that a busy machine never comes near it, where it is not what is tested.
        using var client = new MetaClient(
            Options.Create(new MetaOptions { BaseUrl = address }), Options.Create(new DispatchOptions { AttemptTimeout = timeout ?? TimeSpan.FromSeconds(30) }), TimeProvider.System);
        return await client.SendAsync(Pixel, """{"data":[]}"""u8.ToArray(), default);
    }

    private static Task EndAsync(Socket socket)
    {
        socket.Shutdown(SocketShutdown.Both);
        return Task.CompletedTask;
    }

    private static Task ResetAsync(Socket socket)
    {
        socket.LingerState = new(enable: true, seconds: 0);
        socket.Close();
        return Task.CompletedTask;
    }

    private static async Task SendAsync(Socket socket, string bytes, CancellationToken? openUntil = null)
    {
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(bytes));
        if (openUntil is { } ended)
            await Task.Delay(Timeout.Infinite, ended);
        socket.Shutdown(SocketShutdown.Send);
    }
}
