using Pare.Cli;

using Interruption interruption = new();
using Terminal terminal = Terminal.OfProcess();
return CommandShell.Run(args, terminal, interruption);
