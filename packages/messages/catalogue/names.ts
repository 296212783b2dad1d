/**
 * The names a program uses where the table has none: of the members of bodies, of structures that many messages share,
 * and of values. Chosen by hand.
 */

/** Data items whose member is not simply their name in lower case. */
export const memberOfItem: { readonly [item: string]: string } = {
  V: "value"
}

/** The plural of a list of one data item, where it is not the name of its member and an s. */
export const listOfItem: { readonly [item: string]: string } = {
  ATTRDATA: "values",
  COLHDR: "columns",
  CPVAL: "values",
  DVVAL: "values",
  FILDAT: "records",
  STATUS: "statuses",
  SV: "values",
  TBLELT: "rowKeys",
  TEXT: "lines",
  V: "values"
}

/** The names of lists of lists and of structures, by what stands in them. */
export const memberOfStructure: { readonly [notation: string]: string } = {
  // results
  "L*{L{ERRCODE ERRTEXT}}": "errors",
  "L*{L{PTN ERRCODE ERRTEXT}}": "errors",
  "L*{L{RPTID ERRCODE ERRTEXT}}": "errors",
  "L*{L{TRID ERRCODE ERRTEXT}}": "errors",
  "L*{L{ACKC7A SEQNUM ERRW7}}": "errors",
  "L?{ERRCODE ERRTEXT}": "error",
  "L?{LIMITID LIMITACK}": "error",
  "L{ACKA L*{L{ERRCODE ERRTEXT}}}": "result",
  "L{ACKA L?{ERRCODE ERRTEXT}}": "result",
  "L{CAACK L*{L{ERRCODE ERRTEXT}}}": "result",
  "L{HOACK L*{L{ERRCODE ERRTEXT}}}": "result",
  "L{OBJACK L*{L{ERRCODE ERRTEXT}}}": "result",
  "L{RMACK L*{L{ERRCODE ERRTEXT}}}": "result",
  "L{SVCACK L*{L{ERRCODE ERRTEXT}}}": "result",
  "L{TBLACK L*{L{ERRCODE ERRTEXT}}}": "result",
  "L{TRACK L*{L{ERRCODE ERRTEXT}}}": "result",

  // equipment, variables, reports, limits
  "L{MDLN SOFTREV}": "equipment",
  "L{}": "equipment",
  "L*{L{CEID L*{RPTID}}}": "links",
  "L*{L{DSID L*{DVVAL}}}": "dataSets",
  "L*{L{DSID L*{L{DVNAME DVVAL}}}}": "dataSets",
  "L*{L{DVNAME DVVAL}}": "variables",
  "L*{L*{L{RPTID L*{V}}}}": "samples",
  "L*{L{RPTID L*{L{VID V}}}}": "reports",
  "L*{L{RPTID L*{VID}}}": "reports",
  "L*{L{RPTID L*{V}}}": "reports",
  "L*{L{VID V}}": "variables",
  "L*{L{LIMITID L?{UPPERDB LOWERDB}}}": "limits",
  "L*{L{LIMITID UPPERDB LOWERDB}}": "limits",
  "L*{L{VID L*{L{LIMITID L?{UPPERDB LOWERDB}}}}}": "variables",
  "L*{L{VID LVACK L?{LIMITID LIMITACK}}}": "variables",
  "L?{UNITS LIMITMIN LIMITMAX L*{L{LIMITID UPPERDB LOWERDB}}}": "definition",
  "L?{UPPERDB LOWERDB}": "deadband",
  "L*{L{STRID STRACK L*{FCNID}}}": "streams",
  "L?{TOTSMP REPGSZ EVNTSRC CEID EVNTSRC CEID TRAUTOD RPTOC}": "options",

  // commands and parameters
  "L*{L{CPNAME CEPACK}}": "parameters",
  "L*{L{CPNAME CEPVAL}}": "parameters",
  "L*{L{CPNAME CPACK}}": "parameters",
  "L*{L{CPNAME CPVAL}}": "parameters",
  "L?{CPNAME CPVAL}": "parameter",
  "L*{L{PARAMNAME PARAMVAL}}": "parameters",
  "L*{L{SPNAME SPVAL}}": "parameters",

  // material
  "(L*{L{CARRIERID L*{SLOTID}}}|L*{MID})": "materials",
  "L*{L{LOC QUA MID}}": "materials",
  "L*{L{LOC MID QUA}}": "materials",
  "L*{L{TTC QUA MID}}": "materials",
  "L*{L{CATTRID CATTRDATA}}": "attributes",
  "L*{L{RETICLEID RETREMOVEINSTR L*{L{ATTRID ATTRDATA}}}}": "removals",
  "L*{L{RETICLEID RETPLACEINSTR}}": "placements",
  "L*{L{TRLINK TRPORT TROBJNAME TROBJTYPE TRROLE TRRCP TRPTNR TRPTPORT TRDIR TRTYPE TRLOCATION TRAUTOSTART}}":
    "transfers",
  "L{TRJOBNAME L*{L{TRLINK TRPORT TROBJNAME TROBJTYPE TRROLE TRRCP TRPTNR TRPTPORT TRDIR TRTYPE TRLOCATION TRAUTOSTART}}}":
    "job",
  "L{TRLINK TRPORT TROBJNAME TROBJTYPE TRROLE TRPTNR TRPTPORT TRDIR TRTYPE TRLOCATION}": "transfer",

  // process programs
  "L*{L{CCODE L*{PPARM}}}": "commands",
  "L*{L{CCODE CNAME RQCMD BLKDEF BCDS[] IBCDS[] NBCDS[] ACDS[] IACDS[] NACDS[] L*{L{PNAME RQPAR PDFLT PMAX LLIM ULIM UNITS RESC RESV}}}}":
    "commands",
  "L*{L{PNAME RQPAR PDFLT PMAX LLIM ULIM UNITS RESC RESV}}": "parameters",

  "L*{L{CCODE L*{L{PPNAME PPVALUE}}}}": "commands",
  "L*{L{PPNAME PPVALUE}}": "parameters",

  // wafer maps
  "L*{L{RSINF BINLT}}": "rows",
  "L*{L{XYPOS BINLT}}": "positions",

  // tables and objects
  "L*{L*{TBLELT}}": "rows",
  "L*{L*{ATTRDATA}}": "objects",
  "L*{L{ATTRID ATTRDATA}}": "attributes",
  "L*{L{ATTRID ATTRDATA ATTRRELN}}": "filters",
  "L*{L{OBJID L*{L{ATTRID ATTRDATA}}}}": "objects",
  "L*{L{OBJTYPE L*{ATTRID}}}": "types",
  "L*{L{OBJTYPE L*{SVCNAME}}}": "types",
  "L*{L{SVCNAME L*{SPNAME}}}": "services",

  // recipes
  "L*{L{RCPATTRID RCPATTRDATA}}": "attributes",
  "L*{L{RCPPARNM RCPPARVAL}}": "parameters",
  "L*{L{RCPPARNM RCPPARVAL RCPPARRULE}}": "parameters",
  "L*{L{RCPID L*{L{RCPPARNM RCPPARVAL}}}}": "recipes",
  "L*{L*{L?{RCPDESCNM RCPDESCTIME RCPDESCLTH}}}": "descriptors",
  "L{RCPID RCPNEWID RMSEGSPEC RMCHGTYPE OPID TIMESTAMP RMREQUESTOR}": "request",
  "L*{L{RCPID RCPNEWID RMSEGSPEC RMCHGTYPE OPID TIMESTAMP RMREQUESTOR}}": "requests",
  "L?{RCPSECNM L*{L{RCPATTRID RCPATTRDATA}}}": "generic",
  "L*{L{RCPSECNM L*{L{RCPATTRID RCPATTRDATA}}}}": "agentSpecific",
  "L{L?{RCPSECNM L*{L{RCPATTRID RCPATTRDATA}}} RCPBODY L*{L{RCPSECNM L*{L{RCPATTRID RCPATTRDATA}}}}}": "sections",
  "L?{L?{RCPSECNM L*{L{RCPATTRID RCPATTRDATA}}} RCPBODY L*{L{RCPSECNM L*{L{RCPATTRID RCPATTRDATA}}}}}": "sections",
  "L{PRRECIPEMETHOD RCPSPEC L*{L{RCPPARNM RCPPARVAL}}}": "recipe",
  "L*{L{PRJOBID MF (L*{L{CARRIERID L*{SLOTID}}}|L*{MID}) L{PRRECIPEMETHOD RCPSPEC L*{L{RCPPARNM RCPPARVAL}}} PRPROCESSSTART PRPAUSEEVENT}}":
    "jobs",
  "L{TIMESTAMP OPEID ASSGNID COPYID REVID RecID VERID TYPEID EQID}": "recipe",
  "L*{L{TIMESTAMP OPEID ASSGNID COPYID REVID RecID VERID TYPEID EQID}}": "recipes",
  "L*{L{TIMESTAMP OPEID ASSGNID COPYID REVID RecID VERID TYPEID EQID RCPBODYA}}": "recipes",

  // process data elements
  "L*{L{PDEATTRIBUTENAME COMPARISONOPERATOR PDEATTRIBUTEVALUE}}": "filters",
  "L*{L{PDEATTRIBUTE PDEATTRIBUTEVALUE}}": "attributes",
  "L*{L{PDEREF RESOLUTION}}": "resolutions",
  "L*{L{UID L*{L{PDEATTRIBUTE PDEATTRIBUTEVALUE}}}}": "entries",
  "L*{L{UID GETRSPSTAT STATUSTXT}}": "results",
  "L*{L{UID RESPDESTAT STATUSTXT}}": "results",
  "L*{L{UID VERIFYRSPSTAT STATUSTXT}}": "results",

  // items
  "L*{L{ITEMID ITEMLENGTH ITEMVERSION}}": "items",
  "L*{L{ITEMID ITEMACK ITEMERROR}}": "items"
}

/** Structures inside of several messages, which have a definition of their own; with what they are. */
export const parts: {
  readonly [notation: string]: readonly [name: string, about: string]
} = {
  "ALID[]": ["AlarmIds", "Alarm ids, in one item."],
  "SVID[]": ["VariableIds", "Ids of status variables, in one item."],
  "ECID[]": ["ConstantIds", "Ids of equipment constants, in one item."],
  "L{ERRCODE ERRTEXT}": ["ErrorText", "An error: its code, and a text for people."],
  "L{CPNAME CPVAL}": ["CommandParameter", "A parameter of a command: its name and value."],
  "L{VID V}": ["Variable", "A variable: its id and value."],
  "L{RPTID L*{V}}": ["Report", "A report: the values of its variables, in the order in which they were defined."],
  "L{RPTID L*{L{VID V}}}": ["AnnotatedReport", "A report that names the variables its values are of."],
  "L{DSID L*{L{DVNAME DVVAL}}}": ["DataSet", "Variables of a discrete data set, by name."],
  "L{ATTRID ATTRDATA}": ["Attribute", "An attribute of an object: its id and value."],
  "L{SPNAME SPVAL}": ["ServiceParameter", "A parameter of an object service: its name and value."],
  "L{OBJACK L*{L{ERRCODE ERRTEXT}}}": ["ObjectResult", "How an object service went."],
  "L{RMACK L*{L{ERRCODE ERRTEXT}}}": ["RecipeResult", "How an operation on recipes went."],
  "L{ACKA L*{L{ERRCODE ERRTEXT}}}": ["JobResult", "How an operation on jobs went."],
  "L{ACKA L?{ERRCODE ERRTEXT}}": ["RecoveryResult", "How a recovery went, with the error where it failed."],
  "L{TRACK L*{L{ERRCODE ERRTEXT}}}": ["TransferResult", "How an operation on a transfer job went."],
  "L{HOACK L*{L{ERRCODE ERRTEXT}}}": ["HandoffResult", "How a handoff went."],
  "L{CCODE L*{PPARM}}": ["ProcessCommand", "A command of a formatted process program, with its parameters."],
  "L{PPID L*{MID}}": ["MaterialLink", "A process program, and the materials it is for."],
  "L{RCPATTRID RCPATTRDATA}": ["RecipeAttribute", "An attribute of a recipe: its id and value."],
  "L{RCPPARNM RCPPARVAL}": ["RecipeParameter", "A variable parameter of a recipe: its name and value."],
  "L{RCPSECNM L*{L{RCPATTRID RCPATTRDATA}}}": ["RecipeSection", "A section of a recipe, with its attributes."],
  "L{RCPID RCPNEWID RMSEGSPEC RMCHGTYPE OPID TIMESTAMP RMREQUESTOR}": [
    "RecipeChangeRequest",
    "A request to change a recipe of a namespace."
  ],
  "L{PRRECIPEMETHOD RCPSPEC L*{L{RCPPARNM RCPPARVAL}}}": [
    "JobRecipe",
    "The recipe of a process job, and how its variables are tuned."
  ],
  "L{CARRIERID L*{SLOTID}}": ["CarrierSlots", "A carrier, and which of its slots hold the material of a job."],
  "L{PDEREF RESOLUTION}": ["PdeResolution", "A reference between process data elements, and what it stands for."],
  "L{UID GETRSPSTAT STATUSTXT}": ["PdeStatus", "A process data element, and whether it can be had."],
  "L{TIMESTAMP OPEID ASSGNID COPYID REVID RecID VERID TYPEID EQID}": [
    "SecuredRecipe",
    "The identity of a secured recipe."
  ],
  "L{TIMESTAMP OPEID ASSGNID COPYID REVID RecID VERID TYPEID EQID RCPBODYA}": [
    "SecuredRecipeBody",
    "A secured recipe: its identity and body."
  ],
  "L{RSINF BINLT}": ["MapRow", "A row of a wafer map: where it starts, its direction, and its bins."],
  "L{XYPOS BINLT}": ["MapPosition", "Dies of a wafer map from a position on."],
  "L{OBJID L*{L{ATTRID ATTRDATA}}}": ["ObjectAttributes", "An object, with attributes of it."]
}

/** Values whose name is not simply what they mean. */
export const nameOfValue: { readonly [item: string]: { readonly [value: string]: string } } = {
  ALCD: { 128: "Set" },
  BLKDEF: { "-1": "EndsBlock", 0: "InsideBlock", 1: "StartsBlock" },
  COMMACK: { 1: "Denied" },
  GRANT: { 1: "Busy" },
  HCACK: { 4: "AcceptedCompletesLater", 5: "AlreadyInCondition" },
  MIDRA: { 2: "MidFollowsLater" },
  PPGNT: { 4: "Busy" },
  RCPOWCODE: { false: "DoNotOverwrite" },
  RMGRNT: { 1: "TryLater" },
  RSDA: { 1: "Busy" },
  STRACK: { 1: "SpoolingNotAllowed" }
}

/** Data items whose values in the table are forms of a text rather than values. */
export const textForms: ReadonlyArray<string> = ["DSPER", "TIME"]

/** Data items that are passed on as they are, as their format belongs to what the sender says. */
export const asItem: ReadonlyArray<string> = ["PPBODY", "RCPBODY"]
