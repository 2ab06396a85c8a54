using System.CommandLine;
using TrackHub.Cli.Output;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Administering;

/// <summary><c>users</c>: people who sign in to a tenant's pages.</summary>
internal static class UsersCommand
{
    private static readonly EntityCommand<UserRow> Entity = new()
    {
        What = "user",
        OfBrand = false,
        ListAsync = static (admin, _, cancellationToken) => admin.ListUsersAsync(cancellationToken),
        Id = static row => row.Id,
        Names = static row => [row.Login],
        Columns =
        [
            new("id", static row => row.Id), new("tenant", static row => row.TenantId), new("login", static row => row.Login), new("role", static row => row.Role),
            new("active", static row => row.Active), new("password_set_at", static row => row.PasswordSetAt), new("created_at", static row => row.CreatedAt),
        ],
        Keys = BrandSettingKeys.User,
        SetAsync = static (admin, id, key, value, cancellationToken) => admin.SetUserAsync(id, key, value, cancellationToken),
        RemoveAsync = static (admin, id, cancellationToken) => admin.RemoveUserAsync(id, cancellationToken),
    };

    /// <summary>Makes the command.</summary>
    public static Command Create() => Entity.Create("People who sign in to a tenant's pages.", Add(), Password());

    private static Command Add()
    {
        var login = new Argument<string>("LOGIN") { Description = "E-mail address to sign in as; unique." };
        var tenant = AccountOptions.Tenant();
        var role = AccountOptions.Role();
        var fromInput = FromInput();
        return new Command("add", "Adds a user and shows the password that was made, this once.") { login, tenant, role, fromInput }.Runs(async (call, admin, printer, cancellationToken) =>
        {
            var owner = await TenantsCommand.Entity.FindAsync(admin, call.GetRequiredValue(tenant), cancellationToken);
            var chosen = await ChosenAsync(call.GetValue(fromInput), cancellationToken);
            var issued = await admin.AddUserAsync(owner.Id, call.GetRequiredValue(login), AccessRoles.Parse(call.GetRequiredValue(role)), chosen, cancellationToken);
            Print(printer, await Entity.FindAsync(admin, issued.Id, cancellationToken), chosen is null ? issued : null);
        });
    }

    private static Command Password()
    {
        var wanted = new Argument<string>("user") { Description = "By login or id." };
        var fromInput = FromInput();
        return new Command("password", "Sets another password and shows it, this once; whoever is signed in by the former one is out.") { wanted, fromInput }
            .Runs(async (call, admin, printer, cancellationToken) =>
            {
                var row = await Entity.FindAsync(admin, call.GetRequiredValue(wanted), cancellationToken);
                var chosen = await ChosenAsync(call.GetValue(fromInput), cancellationToken);
                var issued = await admin.SetPasswordAsync(row.Id, chosen, cancellationToken);
                Print(printer, await Entity.FindAsync(admin, row.Id, cancellationToken), chosen is null ? issued : null);
            });
    }

    // Never an argument: those are for everybody on the machine to read, and stay in the shell's history.
    private static Option<bool> FromInput() => new("--password-stdin") { Description = "Take the password from a line of standard input instead of making one." };

    private static async Task<string?> ChosenAsync(bool fromInput, CancellationToken cancellationToken) =>
        fromInput ? await AdminCall.SecretAsync("-", "--password-stdin", cancellationToken) : null;

    private static void Print(Printer printer, UserRow row, Issued? made)
    {
        List<Column<UserRow>> columns = [new("id", static u => u.Id), new("tenant", static u => u.TenantId), new("login", static u => u.Login), new("role", static u => u.Role)];
        if (made is not null)
            columns.Add(new("password", _ => made.Shown.Reveal()));
        printer.Card(row, columns);
        if (made is not null)
            printer.Say("The password is shown this once.");
    }
}
