using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TrackHub.Cli.Administering;
using TrackHub.Cli.Output;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Explaining;

/// <summary><c>explain ID</c>: the match ledger of an order or event in plain words.</summary>
internal static class ExplainCommand
{
    // Relaxed: it goes to a terminal or a pipe, never into a page.
    private static readonly StoryRows Stories = new(new(StoryRows.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "Sale id, event id, ingest id, or receipt topic/partition/offset.", HelpName = "ID" };
        var brand = AdminCall.BrandFilter();
        var command = new Command("explain", "Why an order or event became what it is: keys, candidates, scores, decision, attempts, Meta's answer.") { id, brand };
        command.SetAction((call, cancellationToken) => RunAsync(call, call.GetRequiredValue(id).Trim(), call.GetValue(brand), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult call, string id, string? brand, CancellationToken cancellationToken)
    {
        using var host = PlatformServices.Create(call);
        var printer = Printer.Of(call);
        var reader = new StoryReader(host.Services.GetRequiredService<NpgsqlDataSource>());
        var only = await host.Services.GetRequiredService<TenantAdmin>().BrandIdAsync(brand, cancellationToken);
        var stories = await reader.FindAsync(id, only, cancellationToken);
        var isReceipt = RecordCoordinates.TryParse(id, out var receipt);
        if (stories.Count == 0 && isReceipt && await CopiedAsync(host.Services, receipt, cancellationToken) is { } copied)
        {
            stories = await reader.FindAsync(copied, only, cancellationToken);
            if (stories.Count > 0) printer.Say($"Record {receipt} is a copy of event {copied}, whose first record is the receipt below; both are one event.");
        }

        foreach (var story in stories)
        {
            if (printer.Json) printer.Line(JsonSerializer.Serialize(story, Stories.Story));
            else printer.Line(string.Join(Environment.NewLine, StoryTeller.Tell(story)) + Environment.NewLine);
        }

        if (stories.Count > 0) return 0;

        var letters = (await (isReceipt ? reader.DeadLettersAsync(receipt, cancellationToken) : reader.DeadLettersOfAsync(id, cancellationToken)))
            .Where(letter => only is null || letter.BrandId is null || letter.BrandId == only).ToList();
        foreach (var letter in letters)
            printer.Line(printer.Json ? JsonSerializer.Serialize(letter, Stories.DeadLetterFact) : Told($"{(isReceipt ? "Record" : "Event")} {id}", letter));

        if (letters.Count > 0) return 0;

        printer.Say(isReceipt
            ? await WhyUnknownAsync(reader, receipt, cancellationToken)
            : $"Nothing is known of '{id}': no sale, no event of that id. If it was just received, the ledger may not have got it yet; the receipt topic/partition/offset tells.");
        return 1;
    }

    private static async Task<string?> CopiedAsync(IServiceProvider services, RecordCoordinates receipt, CancellationToken cancellationToken)
    {
        try
        {
            return await services.GetRequiredService<ReceiptReader>().IngestIdAsync(receipt, cancellationToken);
        }
        catch (Exception e) when (e is DependencyAwayException or CommandException)
        {
            return null;   // the tables alone then say what they know
        }
    }

    private static string Told(string what, DeadLetterFact letter) =>
        $"{what} is a dead letter since {letter.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z: {letter.Reason} ({letter.Stage}) {letter.Detail}; the sealed original lies at {letter.Topic}/{letter.Partition}/{letter.Offset}.";

    /// <summary>A receipt says where the record lies, so what is missing can be said exactly.</summary>
    private static async Task<string> WhyUnknownAsync(StoryReader reader, RecordCoordinates receipt, CancellationToken cancellationToken) =>
        await reader.LedgerPositionAsync(receipt.Topic, receipt.Partition, cancellationToken) switch
        {
            null => $"The ledger has read nothing of {receipt.Topic}/{receipt.Partition} yet: is it running? `trackhub status` tells.",
            var next when next <= receipt.Offset => $"The ledger has not got {receipt} yet: the next it reads is offset {next}.",
            _ => $"Record {receipt} was read by the ledger and left no event: it is none of track-events, ingest-events or dead-letters, or it is older than the ledger keeps, or, where the log no longer holds it, a copy of an event that lies elsewhere as well.",
        };
}
