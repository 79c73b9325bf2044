using System.CommandLine;
using System.CommandLine.Parsing;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary>Finds options that the parser took for files because it does not know them.</summary>
internal static class MistypedOptions
{
    /// <summary>Refuses an argument that begins like an option and names no file. Behind <c>--</c> everything is a file.</summary>
    /// <exception cref="UsageException">There is one; the message names options near it.</exception>
    public static void Check(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        foreach (SymbolResult child in parsed.CommandResult.Children)
        {
            foreach (Token token in child is ArgumentResult ? child.Tokens : [])
            {
                string text = token.Value;
                if (text.Length > 1 && text[0] == '-' && !parsed.Tokens.Any(t => t.Type == TokenType.DoubleDash) && !Path.Exists(text))
                {
                    Command command = parsed.CommandResult.Command;
                    string[] near = [.. NearNames.Find(text, command.Options.SelectMany(o => o.Aliases.Prepend(o.Name)), 2)];
                    throw new UsageException($"'{text}' is no option of {command.Name}{(near.Length == 0 ? "." : $"; did you mean {string.Join(" or ", near)}?")} See: pare {command.Name} --help", text);
                }
            }
        }
    }
}
