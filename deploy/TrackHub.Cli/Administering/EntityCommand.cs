using System.CommandLine;
using TrackHub.Cli.Output;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Administering;

/// <summary>What can be listed, shown, set and removed: a kind of row of the directory.</summary>
/// <typeparam name="T">Its row.</typeparam>
internal sealed class EntityCommand<T>
{
    /// <summary>Kind, in the singular.</summary>
    public required string What { get; init; }

    /// <summary>Every row, or one brand's.</summary>
    public required Func<TenantAdmin, string?, CancellationToken, Task<IReadOnlyList<T>>> ListAsync { get; init; }

    /// <summary>Its id.</summary>
    public required Func<T, string> Id { get; init; }

    /// <summary>What else it is called.</summary>
    public required Func<T, IEnumerable<string>> Names { get; init; }

    /// <summary>Columns of the list.</summary>
    public required IReadOnlyList<Column<T>> Columns { get; init; }

    /// <summary>Further fields of one row: its settings.</summary>
    public Func<T, IReadOnlyDictionary<string, string>> Settings { get; init; } = static _ => new Dictionary<string, string>();

    /// <summary>Keys that can be set.</summary>
    public required IReadOnlyList<SettingKey> Keys { get; init; }

    /// <summary>Sets a key of a row.</summary>
    public required Func<TenantAdmin, string, string, string, CancellationToken, Task> SetAsync { get; init; }

    /// <summary>Removes a row.</summary>
    public required Func<TenantAdmin, string, CancellationToken, Task> RemoveAsync { get; init; }

    /// <summary>Whether rows belong to a brand.</summary>
    public bool OfBrand { get; init; } = true;

    /// <summary>The command with its <c>list</c>, <c>show</c>, <c>set</c> and <c>remove</c>, after those given.</summary>
    public Command Create(string description, params IReadOnlyList<Command> further)
    {
        var command = new Command(What + "s", description);
        foreach (var one in further) command.Subcommands.Add(one);
        command.Subcommands.Add(List());
        command.Subcommands.Add(Show());
        command.Subcommands.Add(Set());
        command.Subcommands.Add(Remove());
        return command;
    }

    /// <summary>The row of that name or id.</summary>
    public async Task<T> FindAsync(TenantAdmin admin, string wanted, CancellationToken cancellationToken) =>
        AdminCall.Pick(await ListAsync(admin, null, cancellationToken), What, wanted, Id, Names);

    /// <summary>One row with its settings.</summary>
    public void Print(Printer printer, T row) =>
        printer.Card(row, [.. Columns, .. Settings(row).Select(static s => new Column<T>(s.Key, _ => s.Value))]);

    private Command List()
    {
        var brand = AdminCall.BrandFilter();
        var command = new Command("list", $"Every {What}.");
        if (OfBrand) command.Options.Add(brand);
        return command.Runs(async (call, admin, printer, cancellationToken) => printer.Table(
            await ListAsync(admin, await admin.BrandIdAsync(OfBrand ? call.GetValue(brand) : null, cancellationToken), cancellationToken), Columns));
    }

    private Command Show()
    {
        var wanted = Wanted();
        return new Command("show", $"One {What} with every setting.") { wanted }.Runs(async (call, admin, printer, cancellationToken) =>
            Print(printer, await FindAsync(admin, call.GetRequiredValue(wanted), cancellationToken)));
    }

    private Command Set()
    {
        var wanted = Wanted();
        var pairs = new Argument<string[]>("KEY=VALUE")
        {
            Description = "What to set; an empty value restores the default. Keys: " + string.Join("; ", Keys.Select(static key => $"{key.Name} ({key.Values})")) + ".",
            Arity = ArgumentArity.OneOrMore,
        };
        pairs.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens.Where(static token => token.Value.IndexOf('=') < 1)) result.AddError($"'{token.Value}' is not KEY=VALUE.");
        });
        return new Command("set", $"Changes settings of a {What}.") { wanted, pairs }.Runs(async (call, admin, printer, cancellationToken) =>
        {
            var id = Id(await FindAsync(admin, call.GetRequiredValue(wanted), cancellationToken));
            foreach (var pair in call.GetRequiredValue(pairs))
            {
                var (key, value) = (pair[..pair.IndexOf('=')], pair[(pair.IndexOf('=') + 1)..]);
                await SetAsync(admin, id, key, await AdminCall.SecretAsync(value, key + "=", cancellationToken), cancellationToken);
            }

            Print(printer, await FindAsync(admin, id, cancellationToken));
        });
    }

    private Command Remove()
    {
        var wanted = Wanted();
        return new Command("remove", $"Removes a {What}.") { wanted }.Runs(async (call, admin, printer, cancellationToken) =>
        {
            var row = await FindAsync(admin, call.GetRequiredValue(wanted), cancellationToken);
            await RemoveAsync(admin, Id(row), cancellationToken);
            printer.Say($"{What} {Id(row)} is removed");
        });
    }

    private Argument<string> Wanted() => new(What) { Description = "By name or id." };
}
