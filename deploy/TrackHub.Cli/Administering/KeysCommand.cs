using System.CommandLine;
using TrackHub.Cli.Output;
using TrackHub.Ingest;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Administering;

/// <summary><c>keys</c>: what browsers and a seller's servers write with.</summary>
internal static class KeysCommand
{
    private static readonly EntityCommand<WriteKeyRow> Entity = new()
    {
        What = "key",
        ListAsync = static (admin, brand, cancellationToken) => admin.ListKeysAsync(brand, cancellationToken),
        Id = static row => row.Id,
        Names = static _ => [],
        Columns =
        [
            new("id", static row => row.Id), new("brand", static row => row.BrandId), new("server", static row => row.IsServer),
            new("allowed_origins", static row => row.AllowedOrigins), new("created_at", static row => row.CreatedAt),
            new("revoked_at", static row => row.RevokedAt),
        ],
        Keys = BrandSettingKeys.WriteKey,
        SetAsync = static (admin, id, key, value, cancellationToken) => admin.SetKeyAsync(id, key, value, cancellationToken),
        RemoveAsync = static (admin, id, cancellationToken) => admin.RemoveKeyAsync(id, cancellationToken),
    };

    /// <summary>Makes the command.</summary>
    public static Command Create() => Entity.Create("Write keys of browsers and servers.", Add());

    private static Command Add()
    {
        var brand = AdminCall.RequiredBrand();
        var server = new Option<bool>("--server") { Description = "A secret key for the seller's server, which may state a visitor's address and user agent." };
        var origins = new Option<string[]>("--origin") { Description = "Origin a browser may send from, https://loja.example.com; may be repeated. Default: any.", HelpName = "ORIGIN" };
        var address = new Option<Uri?>("--ingress")
        {
            Description = "Address of the ingress as browsers reach it, https://track.loja.example.com, for the tag. Default: this machine's.",
            HelpName = "ADDRESS",
            CustomParser = static result =>
            {
                if (Uri.TryCreate(result.Tokens.Single().Value, UriKind.Absolute, out var given) && (given.Scheme == Uri.UriSchemeHttps || given.Scheme == Uri.UriSchemeHttp))
                    return given;
                result.AddError($"--ingress '{result.Tokens.Single().Value}' is no address such as https://track.loja.example.com");
                return null;
            },
        };
        return new Command("add", "Adds a write key and shows it, this once.") { brand, server, origins, address }.Runs(async (call, admin, printer, cancellationToken) =>
        {
            var owner = await admin.BrandAsync(call.GetRequiredValue(brand), cancellationToken);
            var issued = await admin.AddKeyAsync(owner.Id, call.GetValue(server), call.GetValue(origins), cancellationToken);
            var ingress = call.GetValue(address) ?? new Uri($"http://127.0.0.1:{call.Ports().Ingress}/");
            var isPublic = !call.GetValue(server);
            var (tag, pinned) = (TrackerSnippet.Of(ingress, issued.Shown.Reveal()), TrackerSnippet.PinnedOf(ingress, issued.Shown.Reveal()));
            List<Column<Issued>> columns = [new("id", static i => i.Id), new("brand", _ => owner.Name), new("server", _ => !isPublic), new("key", static i => i.Shown.Reveal())];
            if (isPublic && call.GetValue(GlobalOptions.Json))
                columns.AddRange([new("tag", _ => tag), new("pinned_tag", _ => pinned)]);   // people read them below
            printer.Card(issued, columns);
            printer.Say("The key is shown this once.");
            if (isPublic)
            {
                var host = call.GetValue(address) is null ? $", with your public host in place of {ingress.Authority} (--ingress does that)" : "";
                printer.Say($"Put this into the head of every page{host}: {tag}");
                printer.Say($"Or, to let in exactly the tracker of this build: {pinned}");
            }
        });
    }
}
