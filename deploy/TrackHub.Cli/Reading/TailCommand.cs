using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TrackHub.Cli.Administering;
using TrackHub.Cli.Output;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Cli.Reading;

/// <summary><c>tail TOPIC</c>: a topic's records, decoded.</summary>
internal static class TailCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var topic = new Argument<string>("topic") { Description = "One of TrackHub's topics: see `topics list`.", HelpName = "TOPIC" };
        topic.AcceptOnlyFromAmong([.. Topics.All.Select(static t => t.Name)]);
        var from = PlaceOption.Of("--from", $"Where to begin. Default: the last {TopicReader.LastFew} records of each partition. Takes");
        var to = PlaceOption.Of("--to", "Where to end, inclusive. Default: the present end. Takes");
        var brand = AdminCall.BrandFilter();
        var follow = new Option<bool>("--follow") { Description = "Go on with what is appended, until Ctrl-C." };
        var command = new Command("tail", "A topic's records, decoded; sealed fields stay sealed.") { topic, from, to, brand, follow };
        command.Validators.Add(result =>
        {
            if (result.GetValue(follow) && result.GetResult(to) is not null) result.AddError("--follow has no end: leave out --to.");
        });
        command.SetAction((call, _) => RunAsync(
            call, call.GetRequiredValue(topic), new(call.GetValue(from), call.GetValue(to), call.GetValue(follow)), call.GetValue(brand)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult call, string topic, TopicRange range, string? brand)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var host = PlatformServices.Create(call);
        var codec = host.Services.GetRequiredService<RecordCodec>();
        var (printer, text) = (Printer.Of(call), new RecordText(codec));
        var only = await host.Services.GetRequiredService<TenantAdmin>().BrandIdAsync(brand, stop.Token);
        using var reader = new TopicReader(host.Services.GetRequiredService<IOptions<KafkaOptions>>().Value);
        try
        {
            await foreach (var records in reader.ReadAsync(topic, range, stop.Token))
            {
                var shown = records.Where(record => only is null || BrandOf(record) == only).ToList();
                await codec.PrepareAsync(shown, stop.Token);
                foreach (var record in shown) printer.Line(printer.Json ? text.Json(record) : text.Line(record));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl-C is how following ends.
        }

        return 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>The brand in the header; of a record that a stranger wrote without one, the first part of its key.</summary>
    private static string? BrandOf(StreamRecord record) =>
        record.Header("brand") ?? (record.Key is { } key ? Encoding.UTF8.GetString(key).Split('/')[0] : null);
}
